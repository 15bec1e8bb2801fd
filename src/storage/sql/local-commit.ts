import { type Kysely, SqliteAdapter, type Transaction, type Updateable } from 'kysely'
import { assert } from '../../base/assert.ts'
import { headsAfter, meets, rewrittenRow } from '../local-commit.ts'
import type { LocalCommit, LogRow, QueueRow, RejectedRow } from '../port.ts'
import { bodyBytes, chunks } from './chunks.ts'
import { type Life, type Local, toLocal } from './local-rows.ts'
import type { Tables } from './tables.ts'

/** A change whose bytes are the store's own. */
export interface OwnChange extends Omit<LocalCommit, 'meta'> {
  readonly meta: ReadonlyMap<string, Uint8Array | undefined>
}

/**
 * One transaction, which locks the row of the database until its end. Resolves to the new version, to `lost`, or to `gone` when
 * that life of the database is over. Throws what the driver throws.
 */
export function commitLocal(db: Kysely<Tables>, life: Life, change: OwnChange): Promise<number | 'lost' | 'gone'> {
  return db.transaction().execute(async (tx) => {
    const now = await lockedRow(tx, life)
    if (now === undefined) return 'gone'
    if (!meets(now.heads, change.expect)) return 'lost'
    await write(tx, now, change)
    return now.version + 1
  })
}

/**
 * The row of the database, which nobody else can change until the end of the transaction. Found by its key: MySQL and MariaDB lock
 * every row that they look at.
 */
export async function lockedRow(tx: Transaction<Tables>, { db, life }: Life): Promise<Local | undefined> {
  const query = tx.selectFrom('annals_local').selectAll().where('db', '=', db).where('life', '=', life)
  // A transaction of SQLite has the write lock from its beginning.
  const isSqlite = tx.getExecutor().adapter instanceof SqliteAdapter
  const row = await (isSqlite ? query : query.forUpdate()).executeTakeFirst()
  return row && toLocal(row)
}

async function write(tx: Transaction<Tables>, now: Local, change: OwnChange): Promise<void> {
  const { life, version, heads } = now
  const { log = [], rewrite = [], enqueue = [], requeue = [], dequeueTo = 0, reject = [], unreject = [], meta } = change
  const { confirmed, queue, claim } = headsAfter(heads, change)
  await setRow(tx, now, { version: version + 1, ...confirmed, ...queue, claim })
  for (const rows of chunks(log, bodyBytes)) {
    const values = rows.map(({ t, txid, body, hash }) => ({ life, t, txid, body, hash }))
    await tx.insertInto('annals_local_log').values(values).execute()
  }
  for (const row of rewrite) await rewriteRow(tx, life, row)
  for (const rows of chunks(enqueue, bodyBytes)) {
    const values = rows.map(({ seq, txid, body }) => ({ life, seq, txid, body }))
    await tx.insertInto('annals_local_queue').values(values).execute()
  }
  for (const row of requeue) await replaceQueued(tx, life, row)
  if (dequeueTo > 0) {
    await tx.deleteFrom('annals_local_queue').where('life', '=', life).where('seq', '<=', dequeueTo).execute()
  }
  for (const txids of chunks(unreject)) {
    await tx.deleteFrom('annals_local_rejected').where('life', '=', life).where('txid', 'in', txids).execute()
  }
  await rejectRows(tx, life, reject)
  for (const [name, value] of meta) await setMeta(tx, life, name, value)
}

/** Found by its key, as {@link lockedRow} is. */
export async function setRow(
  tx: Transaction<Tables>,
  { db, life }: Life,
  columns: Updateable<Tables['annals_local']>,
): Promise<void> {
  await tx.updateTable('annals_local').set(columns).where('db', '=', db).where('life', '=', life).execute()
}

async function rewriteRow(tx: Transaction<Tables>, life: string, row: LogRow): Promise<void> {
  const { t, txid, hash, body } = row
  const mine = tx.selectFrom('annals_local_log').select(['txid', 'hash']).where('life', '=', life).where('t', '=', t)
  const old = await mine.executeTakeFirst()
  rewrittenRow(old && { t, body, ...old }, { t, txid, hash, body })
  await tx.updateTable('annals_local_log').set({ body }).where('life', '=', life).where('t', '=', t).execute()
}

async function replaceQueued(tx: Transaction<Tables>, life: string, { seq, txid, body }: QueueRow): Promise<void> {
  const mine = tx.selectFrom('annals_local_queue').select('txid').where('life', '=', life).where('seq', '=', seq)
  const old = await mine.executeTakeFirst()
  if (old === undefined) return
  assert(old.txid === txid, () => `seq ${seq} is ${old.txid}, requeued as ${txid}`)
  await tx.updateTable('annals_local_queue').set({ body }).where('life', '=', life).where('seq', '=', seq).execute()
}

/** Each at the end of the list, or with a new body where it is. */
async function rejectRows(tx: Transaction<Tables>, life: string, rows: readonly RejectedRow[]): Promise<void> {
  if (rows.length === 0) return
  const there = tx.selectFrom('annals_local_rejected').select(['place', 'txid']).where('life', '=', life)
  const places = new Map((await there.orderBy('place').execute()).map(({ place, txid }) => [txid, Number(place)]))
  let next = Math.max(0, ...places.values()) + 1
  for (const { txid, body } of rows) {
    const place = places.get(txid)
    if (place === undefined) {
      places.set(txid, next)
      await tx.insertInto('annals_local_rejected').values({ life, place: next++, txid, body }).execute()
    } else {
      const mine = tx.updateTable('annals_local_rejected').where('life', '=', life).where('place', '=', place)
      await mine.set({ body }).execute()
    }
  }
}

async function setMeta(
  tx: Transaction<Tables>,
  life: string,
  name: string,
  value: Uint8Array | undefined,
): Promise<void> {
  await tx.deleteFrom('annals_local_meta').where('life', '=', life).where('name', '=', name).execute()
  if (value !== undefined) await tx.insertInto('annals_local_meta').values({ life, name, value }).execute()
}

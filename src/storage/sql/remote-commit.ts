import { type Kysely, PostgresAdapter, type Transaction } from 'kysely'
import { rewrittenRow } from '../local-commit.ts'
import { ownLogRow } from '../own-rows.ts'
import type { LogRow, RemoteCommit } from '../port.ts'
import { headAfter } from '../remote-commit.ts'
import { addAtOnce, type Decided, isSmall } from './add-at-once.ts'
import { addOutcomes } from './add-outcomes.ts'
import { bodyBytes, chunks } from './chunks.ts'
import { insertRecords } from './insert-records.ts'
import { moveReplicas } from './move-replicas.ts'
import type { Tables } from './tables.ts'

/** Rolls the transaction back; nobody else sees it. */
class Lost extends Error {}

/** One transaction, which compares and moves the head first: that locks it until the end. Throws what the driver throws. */
export async function commitChange(
  db: Kysely<Tables>,
  name: string,
  change: RemoteCommit,
): Promise<'committed' | 'lost'> {
  const own = { ...change, log: (change.log ?? []).map(ownLogRow), rewrite: (change.rewrite ?? []).map(ownLogRow) }
  try {
    await db.transaction().execute((tx) => write(tx, name, own))
    return 'committed'
  } catch (e) {
    if (e instanceof Lost) return 'lost'
    throw e
  }
}

async function write(tx: Transaction<Tables>, name: string, change: RemoteCommit): Promise<void> {
  const { log = [], outcomes = [], aliases = [], replicas = [], leases = [] } = change
  await moveHead(tx, name, change)
  if (change.excision !== undefined) await excise(tx, name, change.excision, change.rewrite ?? [])
  const add = tx.getExecutor().adapter instanceof PostgresAdapter && isSmall(change) ? addAtOnce : addInTurn
  if (!(await add(tx, name, { log, outcomes, replicas }))) throw new Lost()
  for (const rows of chunks(aliases)) {
    const values = rows.map(({ replica, id, final }) => ({ db: name, replica, id, final }))
    await tx.insertInto('annals_alias').values(values).execute()
  }
  for (const rows of chunks(leases)) {
    const values = rows.map(({ replica, from, to }) => ({ db: name, replica, from_id: from, to_id: to }))
    await tx.insertInto('annals_lease').values(values).execute()
  }
}

/** False where an outcome is there already, or a replica may not move so. */
async function addInTurn(
  tx: Transaction<Tables>,
  name: string,
  { log, outcomes, replicas }: Decided,
): Promise<boolean> {
  if (!(await addOutcomes(tx, name, outcomes)) || !(await moveReplicas(tx, name, replicas))) return false
  for (const rows of chunks(log, bodyBytes)) await insertRecords(tx, name, rows).execute()
  return true
}

async function moveHead(tx: Transaction<Tables>, name: string, change: RemoteCommit): Promise<void> {
  const { t, hash, nextId } = headAfter(change)
  const { expect } = change
  const head = tx
    .updateTable('annals_head')
    .set({ t, next_id: nextId, ...(hash === undefined ? {} : { hash }) })
    .where('db', '=', name)
    .where('t', '=', expect.t)
    .where('next_id', '=', expect.nextId)
  const ofEpoch = expect.epoch === undefined ? head : head.where('epoch', '=', expect.epoch)
  const { numUpdatedRows } = await ofEpoch.executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) throw new Lost()
}

async function excise(tx: Transaction<Tables>, name: string, t: number, rewrite: readonly LogRow[]): Promise<void> {
  const { max } = tx.fn
  const last = tx.selectFrom('annals_excision').select(max('n').as('n')).where('db', '=', name)
  const n = Number((await last.executeTakeFirstOrThrow()).n ?? 0) + 1
  await tx.insertInto('annals_excision').values({ db: name, n, t }).execute()
  await tx.updateTable('annals_outcome').set({ detail: null }).where('db', '=', name).execute()
  for (const row of rewrite) await rewriteRow(tx, name, row)
}

async function rewriteRow(tx: Transaction<Tables>, name: string, row: LogRow): Promise<void> {
  const { t, body } = row
  const mine = tx.selectFrom('annals_log').select(['txid', 'hash']).where('db', '=', name).where('t', '=', t)
  const old = await mine.executeTakeFirst()
  rewrittenRow(old && { t, body, ...old }, row)
  await tx.updateTable('annals_log').set({ body }).where('db', '=', name).where('t', '=', t).execute()
}

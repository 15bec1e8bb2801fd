import type { Kysely, Transaction } from 'kysely'
import { checkIndexCommit, indexHeadAfter } from '../index-commit.ts'
import type { IndexCommit, IndexHead, IndexRoot } from '../port.ts'
import { chunks } from './chunks.ts'
import { lockedRow, setRow } from './local-commit.ts'
import type { Life } from './local-rows.ts'
import type { Tables } from './tables.ts'

// The segments of a local database, its root, and the fence around whoever writes them.

/** The root, if it reaches beyond `t`. */
export async function indexRoot(db: Kysely<Tables>, life: string, t = -1): Promise<IndexRoot | undefined> {
  const root = db.selectFrom('annals_local_root').selectAll().where('life', '=', life).where('t', '>', t)
  const row = await root.executeTakeFirst()
  return row && { body: new Uint8Array(row.body), t: Number(row.t) }
}

export async function segmentBodies(
  db: Kysely<Tables>,
  life: string,
  ids: readonly number[],
): Promise<Map<number, Uint8Array>> {
  const found = new Map<number, Uint8Array>()
  for (const some of chunks(ids)) {
    const all = db.selectFrom('annals_local_segment').select(['id', 'body']).where('life', '=', life)
    for (const { id, body } of await all.where('id', 'in', some).execute()) found.set(Number(id), new Uint8Array(body))
  }
  return found
}

export async function storedSegments(db: Kysely<Tables>, life: string): Promise<number[]> {
  const rows = await db.selectFrom('annals_local_segment').select('id').where('life', '=', life).orderBy('id').execute()
  return rows.map(({ id }) => Number(id))
}

/** `gone`: that life of the database is over. */
export function beginIndexing(db: Kysely<Tables>, one: Life): Promise<IndexHead | 'gone'> {
  return db.transaction().execute(async (tx) => {
    const now = await lockedRow(tx, one)
    if (now === undefined) return 'gone'
    const head = { ...now.index, epoch: now.index.epoch + 1 }
    await setRow(tx, one, { index_epoch: head.epoch })
    return head
  })
}

/** Resolves to the version that the database has then. */
export function commitIndex(
  db: Kysely<Tables>,
  one: Life,
  epoch: number,
  change: IndexCommit,
): Promise<number | 'lost' | 'gone'> {
  return db.transaction().execute(async (tx) => {
    const now = await lockedRow(tx, one)
    const { life } = one
    if (now === undefined) return 'gone'
    if (now.index.epoch !== epoch) return 'lost'
    const rootT = (await indexRoot(tx, life))?.t ?? 0
    checkIndexCommit(change, { head: now.index, rootT, confirmedT: now.heads.confirmed.t })
    // a new root is news
    const version = now.version + (change.root === undefined ? 0 : 1)
    const { nextId } = indexHeadAfter(now.index, change)
    await setRow(tx, one, { version, next_segment: nextId })
    await write(tx, life, change)
    return version
  })
}

async function write(tx: Transaction<Tables>, life: string, { write, root, remove = [] }: IndexCommit): Promise<void> {
  for (const some of chunks([...(write ?? [])], ([, bytes]) => bytes.length)) {
    const values = some.map(([id, body]) => ({ life, id, body }))
    await tx.insertInto('annals_local_segment').values(values).execute()
  }
  for (const ids of chunks(remove)) {
    await tx.deleteFrom('annals_local_segment').where('life', '=', life).where('id', 'in', ids).execute()
  }
  if (root === undefined) return
  await tx.deleteFrom('annals_local_root').where('life', '=', life).execute()
  await tx
    .insertInto('annals_local_root')
    .values({ life, ...root })
    .execute()
}

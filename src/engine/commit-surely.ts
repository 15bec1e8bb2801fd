import type { LocalCommit, LocalStore } from '../storage/port.ts'

/**
 * `store.commit`, and where that fails without telling whether it came to pass (a connection may end between a commit and its
 * answer), what the store then holds tells. Rejects with what the commit failed with where what it was to append is not
 * there, or where the store cannot be read any more either.
 */
export async function commitSurely(store: LocalStore, change: LocalCommit): Promise<'committed' | 'lost'> {
  try {
    return await store.commit(change)
  } catch (e) {
    if (await isThere(store, change).catch(() => false)) return 'committed'
    throw e
  }
}

/** By what only this commit appends. What a replica takes in from its remote, another tab may have taken in as well. */
async function isThere(store: LocalStore, { expect, log, enqueue }: LocalCommit): Promise<boolean> {
  const queued = enqueue?.at(-1)
  if (queued !== undefined) {
    const { queue } = await store.read(undefined, queued.seq - 1)
    return queue.some(({ seq, txid }) => seq === queued.seq && txid === queued.txid)
  }
  const row = expect.seq === undefined ? log?.at(-1) : undefined
  if (row === undefined) return false
  const [found] = await store.readLog(row.t, 1)
  return found?.txid === row.txid
}

import { checkIndexCommit, indexHeadAfter } from '../index-commit.ts'
import { ownRoot, ownSegments } from '../own-rows.ts'
import type { IndexCommit, IndexHead, IndexRoot } from '../port.ts'
import { COMMITS_AT_ONCE } from './commits-at-once.ts'
import type { Connection } from './connection.ts'
import { HEAD_KEY, ROOT_KEY, type StoredIndexHead, type Tx } from './disk.ts'
import { readIndexHead, readStoredRoot } from './read-index.ts'

/** Raises the epoch: from then on every other indexer's step is lost. */
export function beginIndexing(
  connection: Connection,
): Promise<{ readonly head: IndexHead; readonly root: IndexRoot | undefined }> {
  return connection.run('taking the right to index', {
    stores: ['index', 'segments'],
    mode: 'readwrite',
    durability: 'relaxed',
    async work(tx) {
      const [old = await newIndexHead(tx), root] = await Promise.all([readIndexHead(tx), readStoredRoot(tx)])
      const head = { ...old, epoch: old.epoch + 1 }
      await tx.objectStore('index').put(head, HEAD_KEY)
      return { head: { epoch: head.epoch, nextId: head.nextId }, root }
    },
  })
}

/** In place of a lost one: beyond every id in the store, and every epoch that was ever counted to. */
async function newIndexHead(tx: Tx<'readwrite'>): Promise<StoredIndexHead> {
  const last = await tx.objectStore('segments').openKeyCursor(null, 'prev')
  return { epoch: Date.now(), nextId: (last?.key ?? 0) + 1, rootT: 0 }
}

/**
 * One readwrite transaction that touches no store of the log's: commits go on meanwhile, where the browser can. Requires that
 * the log has reached `confirmedT`.
 */
export function commitIndex(
  connection: Connection,
  epoch: number,
  change: IndexCommit,
  confirmedT: number,
): Promise<'committed' | 'lost'> {
  const write = ownSegments(change.write ?? new Map())
  const root = change.root && ownRoot(change.root)
  return connection.run('indexing', {
    stores: ['index', 'segments'],
    mode: 'readwrite',
    durability: change.durability ?? (root ? 'strict' : 'relaxed'),
    async work(tx, attempt) {
      const head = await readIndexHead(tx)
      if (head === undefined || head.epoch !== epoch) return 'lost'
      checkIndexCommit(change, { head, rootT: head.rootT ?? 0, confirmedT })
      attempt.wrote = true
      const ask = (request: Promise<unknown>): void => {
        // A request that fails aborts the transaction, which then has its error.
        request.catch(() => {})
      }
      const segments = tx.objectStore('segments')
      const index = tx.objectStore('index')
      for (const [id, bytes] of write) ask(segments.put(bytes, id))
      for (const id of change.remove ?? []) ask(segments.delete(id))
      if (root) ask(index.put(root, ROOT_KEY))
      const next: StoredIndexHead = { ...head, ...indexHeadAfter(head, change), ...(root && { rootT: root.t }) }
      // A full disk lets go of things only in a transaction that adds none.
      if (write.size > 0 || root) ask(index.put(next, HEAD_KEY))
      if (COMMITS_AT_ONCE) tx.commit()
      return 'committed'
    },
  })
}

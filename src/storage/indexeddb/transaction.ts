import type { MaybePromise } from '../../base/maybe-promise.ts'
import type { StoreName } from './disk.ts'
import { errorName } from './storage-error.ts'

/** What WebKit aborts with, be the disk full or a key taken: no error. */
export const NO_REASON = 'No reason was given'

/** Thrown by a piece of work that wants everything undone, and has a result all the same. */
export class RolledBack<T> {
  constructor(readonly result: T) {}
}

/**
 * Runs `work` in one transaction and resolves to its result, once that is complete where it may write. Rejects after the rollback, with what
 * `work` threw or with the reason of the abort. `work` may await nothing but the transaction's own requests: IndexedDB
 * commits a transaction that has nothing left to do.
 */
export async function inTransaction<T>(
  db: IDBDatabase,
  stores: readonly StoreName[],
  mode: 'readonly' | 'readwrite',
  durability: IDBTransactionDurability,
  work: (tx: IDBTransaction) => MaybePromise<T>,
): Promise<T> {
  const tx = db.transaction(stores, mode, { durability })
  let onClose = (): void => {}
  const ended = new Promise<void>((resolve, reject) => {
    tx.oncomplete = () => resolve()
    tx.onabort = () => reject(tx.error ?? new DOMException(NO_REASON, 'AbortError'))
    // Whoever takes the connection away aborts its transactions first; one that hears nothing must not wait for ever.
    onClose = () => reject(new DOMException('The connection was closed', 'AbortError'))
  })
  ended.catch(() => {}) // it may come when nobody waits for it any more
  db.addEventListener('close', onClose)
  try {
    // Chromium's SQLite back end may abort on a full disk and leave requests without any event.
    const working = work(tx)
    const result = working instanceof Promise ? await Promise.race([working, ended.then(() => working)]) : working
    // What was read is read; waiting for the end of a transaction that writes nothing takes as long as a get.
    if (mode === 'readwrite') await ended
    return result
  } catch (e) {
    abort(tx)
    const why = await ended.catch((reason: unknown) => reason)
    if (e instanceof RolledBack) return e.result
    // Requests that were under way when the transaction failed know only that it was aborted.
    throw (errorName(e) === 'AbortError' && why) || e
  } finally {
    db.removeEventListener('close', onClose)
  }
}

function abort(tx: IDBTransaction): void {
  try {
    tx.abort()
  } catch {
    // It was over already.
  }
}

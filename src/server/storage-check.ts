import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import type { RemoteStorage } from '../storage/port.ts'
import { within } from './within.ts'

/** Milliseconds after which a storage that says nothing counts as one that cannot be used. */
const PATIENCE_MS = 5000

/** Asks `storage` whether it answers, once for all who want to know meanwhile. What it gives rejects with `storage/…` where it does not. */
export function storageCheck(storage: RemoteStorage, ms = PATIENCE_MS): () => Promise<void> {
  let asked: Promise<void> | undefined
  return async () => {
    asked ??= Promise.resolve()
      .then(() => storage.check?.())
      .finally(() => {
        asked = undefined
      })
    await within(ms, asked).catch((cause: unknown) => {
      if (isAnnalsError(cause)) throw cause
      throw new AnnalsError('storage/failed', `the storage does not answer: ${String(cause)}`, {}, { cause })
    })
  }
}

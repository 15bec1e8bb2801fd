import { AnnalsError } from '../../base/errors.ts'
import type { LocalStorage } from '../../storage/port.ts'
import { readMeta } from '../../sync/replica-meta.ts'

/** Removes a database. Throws `client/unsynced` when something in it has not reached the remote, unless `discard`. */
export async function destroyDatabase(storage: LocalStorage, name: string, discard: boolean): Promise<void> {
  if (!discard) await checkSynced(storage, name)
  await storage.destroy(name)
}

async function checkSynced(storage: LocalStorage, name: string): Promise<void> {
  const store = await storage.open(name)
  try {
    const { heads, meta, queue, rejected } = await store.read(Number.MAX_SAFE_INTEGER)
    // a database that was made without a remote, and has not met the one that it was given
    const pending = queue.length + (readMeta(meta).attaching ? heads.confirmed.t : 0)
    if (pending + rejected.length === 0) return
    throw new AnnalsError(
      'client/unsynced',
      `${pending} transactions have not reached the remote, and ${rejected.length} that it refused are still here: ` +
        'send or withdraw them, or destroy with { discard: true }',
      { pending, rejected: rejected.length },
    )
  } finally {
    await store.close()
  }
}

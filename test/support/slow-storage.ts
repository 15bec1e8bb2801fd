import { memoryRemote } from '../../src/storage/memory-remote.ts'
import type { RemoteCommit, RemoteStorage } from '../../src/storage/port.ts'
import { insteadRemote } from './wrapped-storage.ts'

export type Fate = 'lost' | 'fails' | undefined

export interface SlowStorage {
  readonly storage: RemoteStorage
  /** Those that reached the storage. */
  readonly commits: RemoteCommit[]
  /** What becomes of the next commit, and when; default: it is done. */
  fate: () => Fate | Promise<Fate>
  /** How many stores are open. */
  stores: number
}

/** A storage whose commits take a while, are kept, and get lost or fail when told to. */
export function slowStorage(inner = memoryRemote()): SlowStorage {
  const at: SlowStorage = {
    commits: [],
    fate: () => undefined,
    stores: 0,
    storage: { open, close: () => inner.close() },
  }
  async function open(name: string) {
    const store = await inner.open(name)
    at.stores++
    return insteadRemote(store, {
      close: () => {
        at.stores--
        return store.close()
      },
      commit: async (change: RemoteCommit) => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        const fate = await at.fate()
        if (fate === 'fails') throw new Error('the disk is gone')
        if (fate === 'lost') return 'lost'
        at.commits.push(change)
        return store.commit(change)
      },
    })
  }
  return at
}

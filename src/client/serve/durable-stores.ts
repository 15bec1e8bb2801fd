import type { LocalStorage } from '../../storage/port.ts'
import { type DurableOptions, DurableStore } from './durable-store.ts'

/** All open stores of a worker, which are made durable together when its page is hidden. */
export class DurableStores {
  readonly #stores = new Set<DurableStore>()

  /** `storage`, whose stores keep what `options` promise. */
  over(storage: LocalStorage, options: DurableOptions): LocalStorage {
    return {
      open: async (name) => {
        const store = new DurableStore(await storage.open(name), options, () => this.#stores.delete(store))
        this.#stores.add(store)
        return store
      },
      destroy: (name) => storage.destroy(name),
    }
  }

  /** Once this resolves, a power cut takes nothing that was acknowledged before. */
  async harden(): Promise<void> {
    await Promise.all([...this.#stores].map((store) => store.harden()))
  }
}

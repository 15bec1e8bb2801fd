import type { LiveRequest, LiveUpdate } from '../api/messages.ts'
import { isAnnalsError, toWireError } from '../base/errors.ts'
import { type LiveOwner, LiveStore } from './live-store.ts'
import type { WorkerLink } from './worker-link.ts'

/** Milliseconds that a live query is kept without listeners: long enough for a view to be taken down and put up again. */
const LINGER = 5_000

/** The live queries of one connection, asked again in each new worker. */
export class LiveStores implements LiveOwner {
  readonly #byKey = new Map<string, LiveStore>()
  readonly #byId = new Map<number, LiveStore>()
  readonly #leaving = new Map<LiveStore, ReturnType<typeof setTimeout>>()
  #lastId = 0

  constructor(
    private readonly connection: number,
    /** The worker where the database is open now. */
    private readonly link: () => WorkerLink | undefined,
  ) {}

  /** The store for this request. Requests with the same `key` share one. */
  open(key: string | undefined, request: (link: WorkerLink) => LiveRequest): LiveStore {
    const known = key === undefined ? undefined : this.#byKey.get(key)
    if (known !== undefined) return known
    const store = new LiveStore(++this.#lastId, key, request, this)
    if (key !== undefined) this.#byKey.set(key, store)
    this.#leave(store)
    return store
  }

  /** Asks everything that somebody listens to in the worker that the database was opened in. */
  ask(): void {
    for (const store of this.#byId.values()) this.#askIn(store, this.link())
  }

  /** Puts the update in place; returns the stores that have something to tell. */
  put(update: LiveUpdate): readonly LiveStore[] {
    const store = this.#byId.get(update.live)
    return store?.put(update) ? [store] : []
  }

  wanted(store: LiveStore): void {
    clearTimeout(this.#leaving.get(store))
    this.#leaving.delete(store)
    if (store.key !== undefined) this.#byKey.set(store.key, store)
    this.#byId.set(store.id, store)
    this.#askIn(store, this.link())
  }

  unwanted(store: LiveStore): void {
    this.#leave(store)
  }

  close(): void {
    for (const timer of this.#leaving.values()) clearTimeout(timer)
    this.#leaving.clear()
    this.#byKey.clear()
    this.#byId.clear()
  }

  #leave(store: LiveStore): void {
    clearTimeout(this.#leaving.get(store))
    this.#leaving.set(
      store,
      setTimeout(() => this.#forget(store), LINGER),
    )
  }

  #forget(store: LiveStore): void {
    this.#leaving.delete(store)
    if (store.key !== undefined && this.#byKey.get(store.key) === store) this.#byKey.delete(store.key)
    if (!this.#byId.delete(store.id)) return
    store.link?.call('unwatch', this.connection, store.id).catch(() => undefined)
    store.link = undefined
  }

  #askIn(store: LiveStore, link: WorkerLink | undefined): void {
    if (link === undefined || store.link === link) return
    store.link = link
    const watch = async (): Promise<void> => link.call('watch', this.connection, store.id, store.request(link))
    watch().catch((e: unknown) => {
      if (isAnnalsError(e, 'client/worker-died')) return // the next worker is asked
      store.put({ live: store.id, error: toWireError(e) })
      store.tell()
    })
  }
}

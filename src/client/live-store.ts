import type { LiveQuery, LiveSnapshot } from '../api/live.ts'
import type { LiveRequest, LiveUpdate } from '../api/messages.ts'
import { fromWireError } from '../base/errors.ts'
import { keepRows } from '../base/keep-rows.ts'
import { Listeners } from '../base/listeners.ts'
import { unpackRows } from './packed-rows.ts'
import type { WorkerLink } from './worker-link.ts'

export const LOADING: LiveSnapshot<never> = Object.freeze({ status: 'loading' })

/** What a live query tells its connection. */
export interface LiveOwner {
  /** Somebody listens: to be asked in the worker, unless it is already. */
  wanted(store: LiveStore): void
  /** Nobody listens any more. */
  unwanted(store: LiveStore): void
}

/** The page's end of a live query: shared by all who ask the same. */
export class LiveStore implements LiveQuery<unknown> {
  /** The worker that answers it. */
  link: WorkerLink | undefined
  #snapshot: LiveSnapshot<unknown> = LOADING
  readonly #listeners = new Listeners<void>()

  constructor(
    readonly id: number,
    readonly key: string | undefined,
    /** The request in the words of `link`. */
    readonly request: (link: WorkerLink) => LiveRequest,
    private readonly owner: LiveOwner,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    const stop = this.#listeners.add(listener)
    this.owner.wanted(this)
    return () => {
      stop()
      if (!this.isWanted) this.owner.unwanted(this)
    }
  }
  readonly getSnapshot = (): LiveSnapshot<unknown> => this.#snapshot
  readonly getServerSnapshot = (): LiveSnapshot<unknown> => LOADING

  get isWanted(): boolean {
    return this.#listeners.size > 0
  }

  /** Puts the update in place; whether anything is to be told. */
  put(update: LiveUpdate): boolean {
    const old = this.#snapshot
    const before = 'data' in old ? old.data : undefined
    if ('error' in update) {
      const error = fromWireError(update.error)
      this.#snapshot = Object.freeze({ status: 'error', error, ...('data' in old && { data: before }) })
      return true
    }
    const rows = unpackRows(update.rows)
    const data =
      'from' in update
        ? merge(before as unknown[], update.from, rows as unknown[])
        : 'data' in old
          ? keepRows(before, rows)
          : rows
    if (old.status === 'ready' && data === before) return false
    this.#snapshot = Object.freeze({ status: 'ready', data, t: update.t })
    return true
  }

  tell(): void {
    this.#listeners.call()
  }
}

function merge(before: readonly unknown[], from: Int32Array, rows: readonly unknown[]): unknown[] {
  return Array.from(from, (i) => (i >= 0 ? before[i] : rows[-1 - i]))
}

import type { LiveQuery } from '../../api/live.ts'
import type { ChangeEvent, LiveUpdate, WireReport, WireSyncStatus } from '../../api/messages.ts'
import type { TxReport } from '../../api/report.ts'
import type { SyncStatus } from '../../api/sync.ts'
import { type AnnalsError, toWireError } from '../../base/errors.ts'
import type { EngineConnection } from '../../engine/connection.ts'
import { Moved } from '../calls.ts'
import { KeptDbs } from './kept-dbs.ts'
import { LiveFeed } from './live-feed.ts'
import { packRows } from './pack-rows.ts'

/** Sends an event to the page, with the buffers in it that may leave. */
export type Send = (event: ChangeEvent, buffers: readonly ArrayBuffer[]) => void

/** One open database as its page sees it: gathers what changes, and sends it as one event. */
export class ServedConnection {
  readonly kept = new KeptDbs(() => this.connection.db())
  readonly #feeds = new Map<number, LiveFeed>()
  readonly #stops: readonly (() => void)[]
  readonly #movedFeeds = new Set<number>()
  #dbMoved = true
  #syncMoved = true
  /** Those that the page was told of. */
  #failures: readonly AnnalsError[] = []
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    readonly number: number,
    readonly connection: EngineConnection,
    private readonly send: Send,
  ) {
    const { sync, health } = connection
    this.#stops = [
      connection.subscribe(() => {
        this.#dbMoved = true
        this.#flushSoon()
      }),
      sync.subscribe(() => {
        this.#syncMoved = true
        this.#flushSoon()
      }),
      health.subscribe(() => this.#flushSoon()),
    ]
  }

  watch(live: number, query: LiveQuery<unknown>): void {
    this.unwatch(live)
    const feed = new LiveFeed(live, query, () => {
      this.#movedFeeds.add(live)
      // the others that have moved are told of in this very turn, unless it is closed by then
      queueMicrotask(() => this.#feeds.has(live) && this.flush())
    })
    this.#feeds.set(live, feed)
  }

  unwatch(live: number): void {
    this.#feeds.get(live)?.close()
    this.#feeds.delete(live)
  }

  /** Sends what has changed since the last time, if anything has. */
  flush(): void {
    if (!this.#hasMoved()) return
    const updates = this.#updates()
    const failures = this.#newFailures()
    const event: ChangeEvent = {
      connection: this.number,
      ...(this.#dbMoved && { db: this.kept.keepNewest(this.connection.db()) }),
      ...(this.#syncMoved && { sync: wireStatus(this.connection.sync.getSnapshot()) }),
      ...(updates.live.length > 0 && { live: updates.live }),
      ...(failures.length > 0 && { failures: failures.map(toWireError) }),
    }
    this.#dbMoved = false
    this.#syncMoved = false
    this.send(event, updates.buffers)
  }

  /** The page did not get `event`: what of it cannot cross is told to be an error, the rest again. */
  unsent({ live = [], failures = [] }: ChangeEvent, error: AnnalsError): void {
    const refused = live.filter((update) => !canCross(update))
    if (refused.length === 0) return
    for (const update of live) {
      this.#feeds.get(update.live)?.lost(refused.includes(update) ? error : undefined)
      this.#movedFeeds.add(update.live)
    }
    this.#failures = this.#failures.slice(0, this.#failures.length - failures.length)
    this.#dbMoved = true
    this.#syncMoved = true
    this.flush()
  }

  report({ txData, dbBefore, dbAfter, settled, ...rest }: TxReport): Moved<WireReport> {
    settled.catch(() => undefined) // the page asks by id
    const rows = packRows(txData)
    const wire: WireReport = {
      ...rest,
      txData: rows.value,
      dbBefore: this.kept.keep(dbBefore),
      dbAfter: this.kept.keep(dbAfter),
    }
    return new Moved(wire, rows.buffers)
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    for (const stop of this.#stops) stop()
    for (const live of [...this.#feeds.keys()]) this.unwatch(live)
    await this.connection.close()
  }

  /** Timers run after everything that the change has set going, so that one event holds all of it. */
  #flushSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.flush()
    }, 0)
  }

  #hasMoved(): boolean {
    return (
      this.#dbMoved ||
      this.#syncMoved ||
      this.#movedFeeds.size > 0 ||
      this.connection.health.getSnapshot() !== this.#failures
    )
  }

  #updates(): { readonly live: readonly LiveUpdate[]; readonly buffers: readonly ArrayBuffer[] } {
    const moved = [...this.#movedFeeds].flatMap((live) => this.#feeds.get(live)?.next() ?? [])
    this.#movedFeeds.clear()
    return { live: moved.map((m) => m.update), buffers: moved.flatMap((m) => m.buffers) }
  }

  #newFailures(): readonly AnnalsError[] {
    const all = this.connection.health.getSnapshot()
    const told = this.#failures
    this.#failures = all
    return all.filter((error) => !told.includes(error))
  }
}

function canCross(update: LiveUpdate): boolean {
  try {
    structuredClone(update)
    return true
  } catch {
    return false
  }
}

function wireStatus({ error, ...status }: SyncStatus): WireSyncStatus {
  return { ...status, ...(error && { error: toWireError(error) }) }
}

import type { EntityRef, PullPattern, Query, QueryOptions } from '../api/db.ts'
import type { LiveQuery, LiveSnapshot } from '../api/live.ts'
import { toAnnalsError } from '../base/errors.ts'
import { keepRows } from '../base/keep-rows.ts'
import { Listeners } from '../base/listeners.ts'
import { plainKeyIfAny } from '../base/plain-key.ts'
import type { Db } from '../db/db.ts'
import { entityId } from '../db/entity.ts'
import { isSchemaAttribute } from '../db/schema-at.ts'
import { pullMany } from '../query/pull/pull.ts'
import { query } from '../query/query.ts'
import type { Kept, Standing } from '../query/standing.ts'
import { DbHandle, isLost, withInputs } from './handle.ts'
import type { Change, Ledger } from './ledger.ts'
import { LiveReads } from './live-reads.ts'
import type { Runtime } from './runtime.ts'

/** How long an unwatched live query is kept, ms: long enough for a view to be taken down and put up again. */
const LINGER_MS = 2_000
const LOADING: LiveSnapshot<never> = Object.freeze({ status: 'loading' })

/** What a live query asks. */
export type LiveRequest =
  | { readonly kind: 'q'; readonly query: Query; readonly inputs: readonly unknown[]; readonly options?: QueryOptions }
  | { readonly kind: 'pull'; readonly pattern: PullPattern; readonly entity: EntityRef }

/** What a question came to on one value. */
interface Answer {
  readonly snapshot: LiveSnapshot<unknown>
  readonly reads: LiveReads | undefined
  /** What the next answer can be made of. */
  readonly kept?: Kept | undefined
}

/** One live question with everybody who listens to the answer. */
class Entry implements LiveQuery<unknown> {
  snapshot: LiveSnapshot<unknown> = LOADING
  readonly listeners = new Listeners<void>()
  /** What the answer was read from; undefined when there is none yet, or none could be given. */
  reads: LiveReads | undefined
  kept: Kept | undefined
  /** What was said since that answer; undefined where that cannot be told. */
  changes: Change['data']
  /** The next answer, in terms of this one, should `db` come to be the newest value. */
  foreseen: { readonly db: Db; readonly answer: Promise<Answer> } | undefined
  stale = true
  linger: ReturnType<typeof setTimeout> | undefined

  constructor(
    readonly request: LiveRequest,
    private readonly owner: LiveQueries,
    readonly key: unknown,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    const stop = this.listeners.add(listener)
    clearTimeout(this.linger)
    this.owner.watch(this)
    return () => {
      stop()
      if (this.listeners.size > 0) return
      clearTimeout(this.linger)
      this.linger = setTimeout(() => this.owner.forget(this), LINGER_MS)
    }
  }
  readonly getSnapshot = (): LiveSnapshot<unknown> => this.snapshot
  readonly getServerSnapshot = (): LiveSnapshot<unknown> => LOADING
}

/**
 * The live queries of one connection. After a change only those of whose facts it speaks run again, all on the same value; all
 * answers are in place before the first listener is called.
 */
export class LiveQueries {
  readonly #entries = new Map<unknown, Entry>()
  readonly #watched = new Set<Entry>()
  #running = false
  /** What ids stood for after the last change. */
  #aliases: Db['aliases']
  readonly #stops: readonly ((() => void) | undefined)[]

  constructor(
    private readonly ledger: Ledger,
    private readonly runtime: Runtime,
  ) {
    this.#aliases = ledger.db.aliases
    this.#stops = [
      ledger.onForeseen?.((change) => this.#foresee(change)),
      ledger.onChange((change) => this.#changed(change)),
    ]
  }

  /** The store for `request`; equal requests share one. */
  open(request: LiveRequest): LiveQuery<unknown> {
    const key = keyOf(request) ?? request
    const known = this.#entries.get(key)
    if (known !== undefined) return known
    const entry = new Entry(request, this, key)
    this.#entries.set(key, entry)
    return entry
  }

  /** @internal */
  watch(entry: Entry): void {
    if (this.#watched.has(entry)) return
    this.#entries.set(entry.key, entry)
    this.#watched.add(entry)
    entry.stale = true
    entry.changes = undefined // nobody has told it what was said meanwhile
    void this.#run()
  }

  /** @internal */
  forget(entry: Entry): void {
    if (entry.listeners.size > 0) return
    this.#watched.delete(entry)
    this.#entries.delete(entry.key)
  }

  close(): void {
    for (const stop of this.#stops) stop?.()
    for (const entry of this.#watched) clearTimeout(entry.linger)
    this.#watched.clear()
    this.#entries.clear()
  }

  /** Asks while the change is being stored what it will have changed. */
  #foresee(change: Change): void {
    const { db } = change
    for (const [entry, changes] of this.#met(change)) entry.foreseen = { db, answer: this.#answer(db, entry, changes) }
  }

  #changed(change: Change): void {
    const met = this.#met(change)
    this.#aliases = change.db.aliases
    for (const [entry, changes] of met) {
      entry.stale = true
      entry.changes = changes
    }
    if (met.length > 0) void this.#run()
  }

  /** Whose answer a change may change, and what was said since that answer. */
  #met(change: Change): readonly (readonly [Entry, Change['data']])[] {
    const { attributes, data, db } = change
    const all =
      attributes === undefined || [...attributes].some(isSchemaAttribute) || !areSame(this.#aliases, db.aliases)
    const met: [Entry, Change['data']][] = []
    for (const e of this.#watched) {
      if (!all && !e.stale && e.reads !== undefined && !e.reads.meets(change)) continue
      met.push([e, all || e.stale ? undefined : data])
    }
    return met
  }

  async #run(): Promise<void> {
    if (this.#running) return
    this.#running = true
    await Promise.resolve() // what is subscribed in one turn is answered together
    const failed = new Set<Entry>()
    for (;;) {
      const { db } = this.ledger
      const stale = [...this.#watched].filter((e) => e.stale)
      if (stale.length === 0) break
      const asked = stale.map((e) => (e.foreseen?.db === db ? e.foreseen.answer : this.#answer(db, e, e.changes)))
      for (const entry of stale) {
        entry.stale = false
        entry.reads = undefined // until it is known what is read, anything may be
        entry.kept = undefined
      }
      const answers = await Promise.all(asked)
      const moved = stale.filter((entry, i) => {
        const { snapshot, reads, kept } = answers[i] as Answer
        const same = snapshot === entry.snapshot
        entry.snapshot = snapshot
        entry.reads = reads
        entry.kept = kept
        entry.foreseen = undefined
        // its segments may have gone with that value: asked once more, since they may be missing for good
        if (reads === undefined && this.ledger.db !== db && !failed.has(entry)) {
          failed.add(entry)
          entry.stale = true
        }
        return !same
      })
      for (const entry of moved) entry.listeners.call()
    }
    this.#running = false
  }

  async #answer(db: Db, entry: Entry, changes: Change['data']): Promise<Answer> {
    const { snapshot: old, request } = entry
    const before = entry.reads
    const reads = new LiveReads()
    const standing: Standing = { kept: changes && entry.kept, changes: changes ?? [] }
    try {
      let data = await this.#ask(watched(db, reads), request, standing)
      const { kept } = standing
      if (kept !== undefined) reads.widen(before)
      if (old.status === 'ready') {
        data = keepRows(old.data, data)
        if (data === old.data) return { snapshot: old, reads, kept }
      }
      return { snapshot: frozen({ status: 'ready', data, t: db.basisT }), reads, kept }
    } catch (e) {
      if (isLost(e)) await this.runtime.confirmed?.() // then the newest value stands on segments that are there
      const error = toAnnalsError(e)
      return {
        snapshot: frozen({ status: 'error', error, ...('data' in old && { data: old.data }) }),
        reads: undefined,
      }
    }
  }

  async #ask(db: Db, request: LiveRequest, standing: Standing): Promise<unknown> {
    const { queryEnv } = this.runtime
    if (request.kind === 'q') {
      const { options } = request
      const own = options === undefined ? standing : undefined // what bounds an answer bounds all of it
      return withInputs(request.inputs, (inputs) => query(db, request.query, inputs, queryEnv, options, undefined, own))
    }
    const id = await entityId(db, request.entity)
    const [data] = id === undefined ? [] : await pullMany(db, request.pattern, [id], queryEnv)
    return data
  }
}

/** `db`, with all that is read of it noted. */
function watched(db: Db, reads: LiveReads): Db {
  const { queue } = db
  const noted = queue && {
    queue: () => {
      reads.noteAll()
      return queue()
    },
  }
  return { ...db, reads, ...noted }
}

const frozen = (snapshot: LiveSnapshot<unknown>): LiveSnapshot<unknown> => Object.freeze(snapshot)

/** Tells database values apart. */
const serials = new WeakMap<DbHandle, number>()
let lastSerial = 0
function serialOf(handle: DbHandle): number {
  const serial = serials.get(handle) ?? ++lastSerial
  serials.set(handle, serial)
  return serial
}

/** Requests with equal keys are equal. undefined where that cannot be told. */
function keyOf(request: LiveRequest): string | undefined {
  if (request.kind === 'pull') return plainKeyIfAny(request)
  const { query, inputs, options = {} } = request
  if (options.signal !== undefined || !Array.isArray(inputs)) return undefined
  const named = inputs.map((x: unknown) => (x instanceof DbHandle ? { $db: serialOf(x) } : x))
  return plainKeyIfAny(['q', query, named, options])
}

/** Whether ids stand for the same: a value that is taken from newer segments has an equal map, and not that one. */
const areSame = (x: Db['aliases'], y: Db['aliases']): boolean =>
  x === y || (x.size === y.size && [...x].every(([id, final]) => y.get(id) === final))

import { equalBytes } from '../base/equal-bytes.ts'
import { isAnnalsError } from '../base/errors.ts'
import type { Db } from '../db/db.ts'
import { countIndex } from '../db/index-tree.ts'
import { mergeDb, noveltyOf, segmentsOf } from '../db/merge.ts'
import { encodeRoot } from '../db/root.ts'
import type { IndexRoot, LocalStore } from '../storage/port.ts'
import { IndexWriter, Superseded } from './index-writer.ts'
import { alone, type Lead } from './lead.ts'
import type { Confirmed, Segments } from './segments.ts'

export interface IndexingOptions {
  /** Whose turn it is to index; default: this process has the database to itself. */
  readonly lead?: Lead
  /** Rows that are left in memory before they are merged into segments; more in a large database. */
  readonly novelty?: number
  /** Runs something after so many milliseconds; returns the way not to. Default: a timer that keeps no process alive. */
  readonly after?: (ms: number, run: () => void) => () => void
  /** Rows of a segment, at most. */
  readonly segmentRows?: number
  /** Bytes of segments that are kept in memory. */
  readonly cacheBytes?: number
}

/** What is indexed. */
export interface IndexerHost {
  confirmed(): Confirmed
  /** Takes its values from `root` from now on; without one from the log alone. */
  adopt(root: IndexRoot | undefined): Promise<void>
  fail(error: unknown): void
}

const NOTHING = (): void => undefined

const NOVELTY = 8192
/** What packs so well that it could hold more is slow to unpack for the sake of one row. */
const SEGMENT_ROWS = 4096
/** The share of the database that novelty may reach: a merge writes most segments anew, so it must be worth while. */
const SHARE = 16
/** So many times as much as is worth a merge may be left in memory while one is under way: half a million rows. */
const FAR = 64
/** Rows that are merged although they are few, when nothing has been written for a while. */
const FEW = 512
/** Between two steps of an import there is less, on a slow machine too. */
const QUIET_MS = 1000
/** How long segments are kept that the newest root does not name: somebody may be reading them. */
const RETIRED_MS = 60_000
/** Work that is done without a pause. */
const SLICE_MS = 8
/** After a failure. */
const REST_MS = 30_000

/**
 * Merges what has been confirmed into segments, in the background. A crash at any point leaves the old root or the new one; what
 * is left over is removed by whoever indexes next.
 */
export class Indexer {
  readonly #after: NonNullable<IndexingOptions['after']>
  #signal: AbortSignal | undefined
  #running: Promise<void> | undefined
  /** Looks again when nothing has been written for a while. */
  #noQuiet = NOTHING
  #resting = false
  #noRest = NOTHING
  /** Segments may be stored that no root names: of an indexer that was before this one, or of a merge that failed. */
  #mayBeLeftOver = true
  /** How often in a row another has begun to index meanwhile: two that do not know of each other must not go on so for ever. */
  #overtaken = 0
  /** The newest, and what it is yet to remove. */
  #writer: IndexWriter | undefined
  readonly #removals = new Set<() => void>()
  #resign: () => void | Promise<void> = () => undefined
  /** Resolves when the value stands on segments that are there, after some of its were found to be gone. */
  moved: Promise<void> = Promise.resolve()

  constructor(
    private readonly store: LocalStore,
    private readonly segments: Segments,
    private readonly host: IndexerHost,
    private readonly options: IndexingOptions = {},
  ) {
    this.#after = options.after ?? later
  }

  /** Indexes whenever it is this tab's turn, and makes everything anew when something is damaged. */
  start(): void {
    this.segments.onBroken = (error) => {
      this.host.fail(error)
      this.host.adopt(undefined).then(
        () => this.poke(),
        (e: unknown) => this.host.fail(e),
      )
    }
    // another tab has made the indexes anew of the same log, so that its root reaches no further than the one in use here
    let isMoving = false
    this.segments.onGone = (id) => {
      if (isMoving || !segmentsOf(this.host.confirmed().db).has(id)) return
      isMoving = true
      this.moved = this.#move()
        .catch((e: unknown) => this.host.fail(e))
        .finally(() => {
          isMoving = false
        })
    }
    this.#resign = (this.options.lead ?? alone)((signal) => this.#work(signal))
  }

  /** Resolves with nothing under way. */
  async stop(): Promise<void> {
    await this.#resign()
  }

  /** Has the value stand on the newest root. Before it is that one's turn, it may be replaced too, and its segments be gone. */
  async #move(): Promise<void> {
    const adopt = async () => this.host.adopt(await this.segments.ifWhole(await this.store.readRoot()))
    await adopt().catch((e: unknown) => {
      if (!isAnnalsError(e, 'db/gone')) throw e
      return adopt()
    })
  }

  async #work(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    this.#signal = signal
    this.poke()
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    this.#signal = undefined
    for (const stop of [this.#noQuiet, this.#noRest, ...this.#removals]) stop()
    this.#removals.clear()
    this.#resting = false
    await this.#running
    this.#writer = undefined
    this.#mayBeLeftOver = true
  }

  /**
   * Something was confirmed; `more` will follow at once, of an import: to merge in between would lay down what is merged again
   * soon, in the time that the import needs, so that waits until it ends or the memory is needed.
   */
  poke(more = false): void {
    if (this.#signal === undefined || this.#running !== undefined || this.#resting) return
    const { db } = this.host.confirmed()
    const novelty = noveltyOf(db)
    const enough = this.#enough(db)
    if (this.segments.mustRebuild || (more ? this.#isFarBehind() : novelty >= enough)) this.#begin()
    else if (novelty >= Math.min(FEW, enough)) {
      this.#noQuiet()
      this.#noQuiet = this.#after(QUIET_MS, () => this.#begin())
    }
  }

  /** Resolves when merging is not far behind: who writes more than can be merged waits here, so that memory stays bounded. */
  async room(): Promise<void> {
    while (this.#running !== undefined && this.#isFarBehind()) await this.#running
  }

  #isFarBehind(): boolean {
    const { db } = this.host.confirmed()
    const enough = this.#enough(db)
    return noveltyOf(db) > Math.max(2 * enough, FAR * Math.min(enough, NOVELTY))
  }

  #enough(db: Db): number {
    const { novelty } = this.options
    return novelty ?? Math.max(NOVELTY, countIndex(db.present.eavt) / SHARE)
  }

  #begin(): void {
    const signal = this.#signal
    if (signal === undefined || this.#running !== undefined) return
    this.#noQuiet()
    this.#running = this.#merge(signal)
      .catch((e: unknown) => this.#failed(e, signal))
      .finally(() => {
        this.#running = undefined
        this.poke()
      })
  }

  async #merge(signal: AbortSignal): Promise<void> {
    const { store, segments, host } = this
    const mayBeLeftOver = this.#mayBeLeftOver
    const { writer, root } = await IndexWriter.begin(store, segments.cache, {
      maxRows: this.options.segmentRows ?? SEGMENT_ROWS,
      pause: this.options.after === undefined ? slices() : () => new Promise((resolve) => this.#after(0, resolve)),
      signal,
    })
    this.#writer = writer
    if (root !== undefined && (segments.isNewer(root) || this.#isReplaced(root))) await host.adopt(root)
    // what was found damaged a moment ago may still be what the value stands on
    if (segments.mustRebuild && segmentsOf(host.confirmed().db).size > 0) await host.adopt(undefined)
    const { mustRebuild, excisions } = segments
    const { db, head } = host.confirmed()
    const before = mayBeLeftOver || mustRebuild ? await store.segmentIds() : segmentsOf(db)
    this.#mayBeLeftOver = true
    const merged = await mergeDb(db, writer).catch((e: unknown) => this.#discard(writer, undefined, e))
    const next = { body: encodeRoot(merged, { hash: head.hash, excisions }), t: head.t }
    await writer.finish(next, mustRebuild).catch((e: unknown) => this.#discard(writer, next, e))
    if (mustRebuild) segments.rebuilt(excisions)
    await host.adopt(next)
    const live = segmentsOf(merged)
    const dead = [...before].filter((id) => !live.has(id))
    this.#mayBeLeftOver = false
    this.#overtaken = 0
    if (mustRebuild) await writer.remove(dead)
    else this.#removeLater(dead)
  }

  /** Whether the value stands on segments that `root` has others in the place of: the indexes were made anew of the same log. */
  #isReplaced(root: IndexRoot): boolean {
    const named = this.segments.mustRebuild ? undefined : this.segments.namedBy(root)
    return named !== undefined && [...segmentsOf(this.host.confirmed().db)].some((id) => !named.has(id))
  }

  /**
   * Removes what a merge has stored that failed with `error`, and throws that: or a disk that is full stays full. What failed to tell
   * that `root` is the newest may have made it so all the same.
   */
  async #discard(writer: IndexWriter, root: IndexRoot | undefined, error: unknown): Promise<never> {
    try {
      const newest = root && (await this.store.readRoot())
      const isDone = newest !== undefined && newest.t === root?.t && equalBytes(newest.body, root.body)
      if (!isDone && this.#signal !== undefined) await writer.discard()
    } catch {
      // whoever merges next finds what was left over
    }
    throw error
  }

  /**
   * Removes segments that the newest root does not name, once nobody can be reading them any more. What it names then is looked at
   * again: another indexer may have been at work meanwhile, and have gone on from a root that was replaced here.
   */
  #removeLater(ids: readonly number[]): void {
    if (ids.length === 0) return
    const stop = this.#after(RETIRED_MS, () => {
      this.#removals.delete(stop)
      const signal = this.#signal
      const writer = this.#writer
      if (signal === undefined || writer === undefined) return
      this.#remove(ids, writer).catch((e: unknown) => this.#failed(e, signal))
    })
    this.#removals.add(stop)
  }

  /** Nobody but `writer` can make another root as long as its steps count, and it goes on from the value in use here. */
  async #remove(ids: readonly number[], writer: IndexWriter): Promise<void> {
    const root = await this.store.readRoot()
    const named = root && this.segments.namedBy(root)
    if (named === undefined) return
    const used = segmentsOf(this.host.confirmed().db)
    const dead = ids.filter((id) => !named.has(id) && !used.has(id))
    this.segments.cache.drop(dead)
    await writer.remove(dead)
  }

  #failed(e: unknown, signal: AbortSignal): void {
    if (signal.aborted) return
    // another tab indexes, or has: it goes on, and what it made comes here by itself
    const isOvertaken = e instanceof Superseded || isAnnalsError(e, 'db/gone')
    this.#resting = true
    const rest = isOvertaken ? Math.min(REST_MS, QUIET_MS * 2 ** this.#overtaken++) : REST_MS
    this.#noRest = this.#after(rest, () => {
      this.#resting = false
      this.poke()
    })
    if (!isOvertaken && !isAnnalsError(e, 'storage/closed')) this.host.fail(e)
  }
}

/** Makes pauses between some milliseconds of work. */
function slices(): () => Promise<void> {
  let began = performance.now()
  return async () => {
    if (performance.now() - began < SLICE_MS) return
    await new Promise<void>((resolve) => setTimeout(resolve, 0))
    began = performance.now()
  }
}

/** A timer that keeps no process alive. */
function later(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms)
  ;(timer as { unref?(): void }).unref?.()
  return () => clearTimeout(timer)
}

import type { Stats } from '../api/connection.ts'
import { equalBytes } from '../base/equal-bytes.ts'
import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import { tOfTx } from '../datom/ids.ts'
import type { TxData } from '../datom/tx-data.ts'
import { countBase } from '../db/base.ts'
import type { Db } from '../db/db.ts'
import { emptyDb } from '../db/empty.ts'
import { noveltyOf, segmentsOf } from '../db/merge.ts'
import { decodeRoot } from '../db/root.ts'
import { SegmentCache } from '../db/segment-cache.ts'
import type { ConfirmedHead, IndexRoot, LocalStore, LogRow } from '../storage/port.ts'
import { decodeRecord, type LogRecord } from './record.ts'
import { applyRows } from './replay.ts'
import { rowPages } from './row-pages.ts'

/** A confirmed value, and the log's head at its basis. */
export interface Confirmed {
  readonly db: Db
  readonly head: ConfirmedHead
}

/** Bytes of what it has read that an open database keeps in memory unless told otherwise. */
export const DEFAULT_CACHE = 32 * 2 ** 20

/** Of these, so much is left to what is put together of segments and their novelty, beside the segments themselves. */
const MERGED_SHARE = 3 / 16

/** The segments of one open database, and how a value is made of them and the log. */
export class Segments {
  readonly cache: SegmentCache
  /** The `t` of the root that the last value was made from. */
  rootT = 0
  /** The root or a segment is damaged: the indexes have to be made anew. */
  broken: AnnalsError | undefined
  /** How often facts were taken out of the log: a root that counts otherwise is of no use. */
  excisions = 0
  /** Whether the stored root is of no use, and holds what may be gone for good. */
  #isStale = false
  /** Called when a segment turns out to be damaged. */
  onBroken: (error: AnnalsError) => void = () => undefined
  /** Called when a segment that a value names has been removed. */
  onGone: (id: number) => void = () => undefined

  constructor(
    private readonly store: LocalStore,
    private readonly cacheBytes = DEFAULT_CACHE,
  ) {
    this.cache = new SegmentCache(
      (ids) => store.readSegments(ids),
      cacheBytes * (1 - MERGED_SHARE),
      (e) => this.#isBroken(e),
      (id) => this.onGone(id),
    )
  }

  /**
   * What `root` says; the empty database where there is none, or it is damaged, of an earlier format or of a log that facts were
   * taken out of since: then everything comes from the log.
   */
  async openRoot(root: IndexRoot | undefined): Promise<Confirmed> {
    if (root !== undefined) {
      try {
        const found = decodeRoot(root.body, this.cache)
        this.rootT = root.t
        this.#isStale = found?.excisions !== this.excisions
        if (found !== undefined && !this.#isStale) return { db: found.db, head: { t: root.t, hash: found.hash } }
      } catch (e) {
        if (!isAnnalsError(e, 'storage/corrupt')) throw e
        this.broken = e
      }
    }
    return { db: await emptyDb(), head: { t: 0, hash: '' } }
  }

  /**
   * Whether `root` reaches further than the one in use, or than the one of no use: another tab may have made the indexes anew. While
   * something is damaged none is trusted.
   */
  isNewer(root: IndexRoot): boolean {
    return root.t > this.rootT && this.broken === undefined
  }

  /**
   * `root`, where all that it names is there; undefined when something is missing, which is damage. To be asked after a segment was
   * found to be gone: of a root that was replaced meanwhile nothing is told.
   */
  async ifWhole(root: IndexRoot | undefined): Promise<IndexRoot | undefined> {
    if (root === undefined || this.broken !== undefined) return undefined
    const there = new Set(await this.store.segmentIds())
    const missing = [...(this.namedBy(root) ?? [])].find((id) => !there.has(id))
    if (missing === undefined) return root
    const newest = await this.store.readRoot()
    if (newest === undefined || !equalBytes(newest.body, root.body)) return root
    this.#isBroken(
      new AnnalsError('storage/corrupt', `segment ${missing} of the index is missing`, {
        what: 'segment',
        segment: missing,
      }),
    )
    return undefined
  }

  /** The segments that `root` names; undefined where it cannot be read. */
  namedBy(root: IndexRoot): ReadonlySet<number> | undefined {
    try {
      const found = decodeRoot(root.body, this.cache)
      return found && segmentsOf(found.db)
    } catch (e) {
      if (isAnnalsError(e, 'storage/corrupt')) return undefined
      throw e
    }
  }

  /** Whether the indexes have to be made anew from the log. */
  get mustRebuild(): boolean {
    return this.#isStale || this.broken !== undefined
  }

  /** Facts were taken out of the log. */
  excised(excisions: number): void {
    this.excisions = excisions
    this.#isStale = this.rootT > 0
  }

  /** The indexes have been made anew, of a log of so many excisions. */
  rebuilt(excisions: number): void {
    this.broken = undefined
    this.#isStale &&= excisions !== this.excisions
  }

  /** The rows of the log from `from` up to `to`. Throws `storage/corrupt` when it does not reach so far. */
  async readLog(from: number, to: number): Promise<readonly LogRow[]> {
    const rows: LogRow[] = []
    for await (const page of rowPages(this.store, from, to)) rows.push(...page)
    return rows
  }

  /** What the confirmed transaction `tx` said; undefined when there is none such. */
  async datomsOf(tx: number): Promise<TxData | undefined> {
    const [row] = await this.store.readLog(tOfTx(tx), 1)
    return row?.t === tOfTx(tx) ? decodeRecord(row).data : undefined
  }

  /** The value at `t` from `root` and the log; from the log alone where there is no root, or something of it is damaged. */
  async confirmedAt(root: IndexRoot | undefined, t: number): Promise<Confirmed> {
    try {
      return await this.follow(await this.openRoot(root), t)
    } catch (e) {
      if (this.broken === undefined || root === undefined) throw e
      return this.follow(await this.openRoot(undefined), t)
    }
  }

  /** The same after a segment was found to be gone: from the log alone, too, where `root` names what is not there. */
  async confirmedAnew(root: IndexRoot | undefined, t: number): Promise<Confirmed> {
    return this.confirmedAt(await this.ifWhole(root), t)
  }

  /** `from` with the log up to `t` in it. `seen` is told of every record. Throws `storage/corrupt` when the log does not reach so far. */
  async follow(from: Confirmed, t: number, seen?: (record: LogRecord) => void): Promise<Confirmed> {
    let { db, head } = from
    for await (const rows of rowPages(this.store, head.t + 1, t)) ({ db, head } = await applyRows(db, head, rows, seen))
    return { db, head }
  }

  /** How `db`, which stands on these segments, lies in them. */
  stats(db: Db): Pick<Stats, 'index' | 'cache'> {
    const { hits, reads, readBytes } = this.cache.counts
    const segments = segmentsOf(db).size
    const all = reads === 0 ? undefined : Math.round((segments * readBytes) / reads)
    const bases = [db.present.eavt.base, db.past.eavt.base].filter((base) => base !== undefined)
    const datoms = bases.reduce((n, base) => n + countBase(base), 0)
    return {
      index: {
        t: segments && this.rootT,
        segments,
        novelty: noveltyOf(db),
        ...(all !== undefined && { bytes: all }),
        ...(all !== undefined && datoms > 0 && { bytesPerDatom: Math.round((10 * all) / datoms) / 10 }),
      },
      cache: { bytes: this.cache.bytes, budget: this.cacheBytes, hits, misses: reads, readBytes },
    }
  }

  #isBroken(e: AnnalsError): void {
    if (this.broken !== undefined) return
    this.broken = e
    this.onBroken(e)
  }
}

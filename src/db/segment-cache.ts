import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import type { Rows } from './rows.ts'
import { decodeSegment } from './segment/decode-segment.ts'
import type { SegmentSource } from './segment-source.ts'

/** Reads the bytes of segments; undefined for one that is not there any more. */
export type ReadSegments = (ids: readonly number[]) => Promise<readonly (Uint8Array | undefined)[]>

/** What a row takes in memory beside its bytes in the segment: four integers and a pointer to its value. */
const ROW_BYTES = 24

interface Entry {
  readonly rows: Rows
  readonly bytes: number
  /** Whether it was used since it came, or since it was last spared. */
  used: boolean
}

/**
 * Segments in memory, up to a budget of bytes: the oldest leave first, each spared once when it was used meanwhile (so that using
 * one costs no reordering). All database values of one open database share it. Rows that somebody still reads stay with them.
 */
export class SegmentCache implements SegmentSource {
  /** In the order in which they came or were spared. */
  private readonly entries = new Map<number, Entry>()
  private readonly underWay = new Map<number, Promise<Rows>>()
  private asked: { ids: number[]; answer: Promise<readonly Rows[]> } | undefined
  /** Since this cache was made. */
  readonly counts = { hits: 0, reads: 0, readBytes: 0, batches: 0 }
  private used = 0

  constructor(
    private readonly read: ReadSegments,
    /** Bytes that the segments may take, roughly. */
    readonly budget: number,
    /** Told when a segment turns out to be damaged. */
    private readonly onDamage: (error: AnnalsError) => void = () => undefined,
    /** Told when a segment is not there any more. */
    private readonly onGone: (id: number) => void = () => undefined,
  ) {}

  get reads(): number {
    return this.counts.reads
  }

  /** Bytes that the segments take, roughly. */
  get bytes(): number {
    return this.used
  }

  peek(id: number): Rows | undefined {
    const entry = this.entries.get(id)
    if (entry === undefined) return undefined
    this.counts.hits++
    entry.used = true
    return entry.rows
  }

  load(ids: readonly number[]): Promise<readonly Rows[]> {
    return Promise.all(ids.map((id) => this.peek(id) ?? this.underWay.get(id) ?? this.fetch(id)))
  }

  /** Forgets segments that nothing names any more. */
  drop(ids: readonly number[]): void {
    for (const id of ids) {
      this.used -= this.entries.get(id)?.bytes ?? 0
      this.entries.delete(id)
    }
  }

  /** Reads what is asked for in one turn as one batch. */
  private fetch(id: number): Promise<Rows> {
    this.asked ??= this.nextBatch()
    const { ids, answer } = this.asked
    const place = ids.push(id) - 1
    const rows = answer.then((all) => all[place] as Rows).finally(() => this.underWay.delete(id))
    this.underWay.set(id, rows)
    return rows
  }

  private nextBatch(): { ids: number[]; answer: Promise<readonly Rows[]> } {
    const ids: number[] = []
    const answer = Promise.resolve().then(() => {
      this.asked = undefined
      return this.readBatch(ids)
    })
    return { ids, answer }
  }

  private async readBatch(ids: readonly number[]): Promise<readonly Rows[]> {
    const found = await this.read(ids)
    this.counts.batches++
    return ids.map((id, i) => this.keep(id, found[i]))
  }

  private keep(id: number, bytes: Uint8Array | undefined): Rows {
    if (bytes === undefined) {
      this.onGone(id)
      throw new AnnalsError(
        'db/gone',
        'this value of the database is too old to be read: its segments were replaced; take a newer one, or asOf its basis',
        { segment: id },
      )
    }
    const rows = this.decode(id, bytes)
    const entry = { rows, bytes: bytes.length + rows.length * ROW_BYTES, used: false }
    this.counts.reads++
    this.counts.readBytes += bytes.length
    this.entries.set(id, entry)
    this.used += entry.bytes
    this.makeRoom(id)
    return rows
  }

  /** Forgets segments other than `newest` until the rest is within the budget. */
  private makeRoom(newest: number): void {
    // those that are spared come again at the end of this very loop
    for (const [id, entry] of this.entries) {
      if (this.used <= this.budget || this.entries.size === 1) break
      this.entries.delete(id)
      if (entry.used || id === newest) {
        entry.used = false
        this.entries.set(id, entry)
      } else this.used -= entry.bytes
    }
  }

  private decode(id: number, bytes: Uint8Array): Rows {
    try {
      return decodeSegment(bytes, `segment ${id}`).rows
    } catch (e) {
      if (isAnnalsError(e)) this.onDamage(e)
      throw e
    }
  }
}

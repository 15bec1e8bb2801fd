import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import type { Value } from '../datom/value.ts'
import type { Rows } from './rows.ts'
import { isShared } from './same-column.ts'
import { decodeSegment } from './segment/decode-segment.ts'
import type { SegmentSource } from './segment-source.ts'
import { isInt32, type Values } from './values.ts'

/** Reads the bytes of segments; undefined for one that is not there any more. */
export type ReadSegments = (ids: readonly number[]) => Promise<readonly (Uint8Array | undefined)[]>

/** Values that are looked at to tell what those of a segment take. */
const SAMPLE = 64
/** A text or boxed number of its own, beside its characters. */
const BOX_BYTES = 24
const POINTER_BYTES = 8

/** Bytes that rows take in memory, roughly. */
const sizeOf = ({ e, a, v, tx, to }: Rows): number =>
  // attributes are few: what many segments share of them counts for none
  [e, isShared(a) ? [] : a, v, tx, to ?? []].reduce((sum, column) => sum + bytesOf(column), 0)

function bytesOf(column: Values): number {
  if (column instanceof Int32Array) return column.byteLength
  const step = Math.ceil(column.length / SAMPLE)
  const different = new Set<Value>()
  for (let i = 0; i < column.length; i += step) different.add(column[i] as Value)
  let bytes = 0
  for (const x of different) if (!isInt32(x)) bytes += BOX_BYTES + String(x).length
  return POINTER_BYTES * column.length + step * bytes
}

/** Of the budget, so much goes to segments as they are stored, a tenth of what they are as rows. */
const PACKED_SHARE = 1 / 4
/** Larger ones are of one value, which is read as seldom as it is large. */
const MOST_PACKED_BYTES = 2 ** 16
/** Segments that are read at once. */
const AT_ONCE = 256

interface Entry {
  readonly rows: Rows
  readonly bytes: number
  /** Whether it was used since it came, or since it was last spared. */
  used: boolean
}

/** Somebody who waits for a segment. */
interface Waiter {
  use(rows: Rows): void
  resolve(): void
  reject(error: unknown): void
}

/**
 * Segments in memory, up to a budget of bytes: the oldest leave first, each spared once when it was used meanwhile (so that using
 * one costs no reordering). What leaves stays a while as the bytes it was stored as. All database values of one open database share
 * it. Rows that somebody still reads stay with them.
 */
export class SegmentCache implements SegmentSource {
  /** In the order in which they came or were spared. */
  readonly #entries = new Map<number, Entry>()
  /** As they are stored, whether they are rows too or not; the one that was longest not asked for first. */
  readonly #packed = new Map<number, Uint8Array>()
  readonly #underWay = new Map<number, Waiter[]>()
  /** What is asked for in this turn. */
  #asked: number[] | undefined
  /** Since this cache was made. */
  readonly counts = { hits: 0, reads: 0, readBytes: 0 }
  waits = 0
  #used = 0
  #packedBytes = 0

  constructor(
    private readonly read: ReadSegments,
    /** Bytes that the segments may take, roughly. */
    private readonly budget: number,
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
    return this.#used + this.#packedBytes
  }

  peek(id: number): Rows | undefined {
    const entry = this.#entries.get(id)
    if (entry === undefined) return undefined
    this.counts.hits++
    entry.used = true
    return entry.rows
  }

  async load(ids: readonly number[], use: (rows: Rows, place: number) => void): Promise<void> {
    await Promise.all(
      ids.map((id, place) => {
        const rows = this.peek(id)
        return rows === undefined ? this.#fetch(id, (found) => use(found, place)) : use(rows, place)
      }),
    )
  }

  /** Forgets segments that nothing names any more. */
  drop(ids: readonly number[]): void {
    for (const id of ids) {
      this.#used -= this.#entries.get(id)?.bytes ?? 0
      this.#entries.delete(id)
      this.#unpack(id)
    }
  }

  /** Takes the bytes of a segment away. */
  #unpack(id: number): Uint8Array | undefined {
    const bytes = this.#packed.get(id)
    this.#packedBytes -= bytes?.length ?? 0
    this.#packed.delete(id)
    return bytes
  }

  #fetch(id: number, use: (rows: Rows) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = { use, resolve, reject }
      const others = this.#underWay.get(id)
      if (others !== undefined) others.push(waiter)
      else {
        this.#underWay.set(id, [waiter])
        this.#asked ??= this.#nextBatch()
        this.#asked.push(id)
      }
    })
  }

  /** Reads what is asked for in one turn together. */
  #nextBatch(): number[] {
    this.waits++
    const ids: number[] = []
    queueMicrotask(async () => {
      this.#asked = undefined
      for (let i = 0; i < ids.length; i += AT_ONCE) await this.#readBatch(ids.slice(i, i + AT_ONCE))
    })
    return ids
  }

  /** Each is handed on before the next is made rows, so that they need not all have room. What the store finds damaged fails alone. */
  async #readBatch(ids: readonly number[]): Promise<void> {
    const packed = ids.map((id) => this.#unpack(id))
    const missing = ids.filter((_, i) => packed[i] === undefined)
    try {
      const read = missing.length === 0 ? [] : await this.read(missing)
      let next = 0
      for (const [i, id] of ids.entries()) this.#hand(id, packed[i] ?? this.#count(read[next++]))
    } catch (error) {
      const isDamage = isAnnalsError(error, 'storage/corrupt')
      if (isDamage && ids.length > 1) for (const id of ids) await this.#readBatch([id])
      else {
        if (isDamage) this.onDamage(error)
        for (const id of ids) this.#fail(id, error)
      }
    }
  }

  /** What is wrong with one segment fails no other. */
  #hand(id: number, bytes: Uint8Array | undefined): void {
    try {
      const rows = this.#keep(id, bytes)
      this.#settle(id, () => rows)
    } catch (error) {
      this.#fail(id, error)
    }
  }

  #fail(id: number, error: unknown): void {
    this.#settle(id, () => {
      throw error
    })
  }

  #settle(id: number, rows: () => Rows): void {
    const waiters = this.#underWay.get(id) ?? []
    this.#underWay.delete(id)
    for (const { use, resolve, reject } of waiters) {
      try {
        use(rows())
        resolve()
      } catch (error) {
        reject(error) // it is this one's alone
      }
    }
  }

  #count(bytes: Uint8Array | undefined): Uint8Array | undefined {
    this.counts.reads++
    this.counts.readBytes += bytes?.length ?? 0
    return bytes
  }

  #keep(id: number, bytes: Uint8Array | undefined): Rows {
    if (bytes === undefined) {
      this.onGone(id)
      throw new AnnalsError(
        'db/gone',
        'this value of the database is too old to be read: its segments were replaced; take a newer one, or asOf its basis',
        { segment: id },
      )
    }
    const rows = this.#decode(id, bytes)
    const size = sizeOf(rows)
    this.#entries.set(id, { rows, bytes: size, used: false })
    this.#used += size
    if (bytes.length <= MOST_PACKED_BYTES) {
      this.#packed.set(id, bytes)
      this.#packedBytes += bytes.length
    }
    this.#makeRoom(id)
    return rows
  }

  /** Forgets segments other than `newest` until the rest is within the budget. */
  #makeRoom(newest: number): void {
    for (const id of this.#packed.keys()) {
      if (this.#packedBytes <= this.budget * PACKED_SHARE) break
      this.#unpack(id)
    }
    // those that are spared come again at the end of this very loop
    for (const [id, entry] of this.#entries) {
      if (this.bytes <= this.budget || this.#entries.size === 1) break
      this.#entries.delete(id)
      if (entry.used || id === newest) {
        entry.used = false
        this.#entries.set(id, entry)
      } else this.#used -= entry.bytes
    }
  }

  #decode(id: number, bytes: Uint8Array): Rows {
    try {
      return decodeSegment(bytes, `segment ${id}`).rows
    } catch (e) {
      if (isAnnalsError(e, 'storage/corrupt')) this.onDamage(e)
      throw e
    }
  }
}

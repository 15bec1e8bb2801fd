import { gallop } from '../../base/search.ts'
import type { Value } from '../../datom/value.ts'
import type { Batch } from '../../db/scan.ts'

const NO_BATCHES: readonly Batch[] = []
const NO_COLUMN: Int32Array = new Int32Array(0)

/** Rows passed one by one before a jump is tried: neighbours are usually near. */
const NEAR = 8

/**
 * A place in rows that are sorted by entity and attribute; it only moves forward. The entity is `e` and what is read `v`
 * (EAVT, or AEVT of one attribute), or, `backward`, the entity is `v` and what is read `e` (VAET).
 */
export class Cursor {
  #batches = NO_BATCHES
  #next = 0
  #i = 0
  #end = 0
  #markedNext = 0
  #markedAt = 0
  #keys: ArrayLike<Value> = NO_COLUMN
  #attributes = NO_COLUMN
  #values: ArrayLike<Value> = NO_COLUMN

  constructor(private readonly backward: boolean) {}

  /** Goes to the first of these rows. */
  reset(batches: readonly Batch[]): void {
    this.#batches = batches
    this.#next = 0
    this.#openNext()
  }

  /** Remembers the place. */
  mark(): void {
    this.#markedNext = this.#next
    this.#markedAt = this.#i
  }

  /** Goes back to the marked place. Requires: marked since the last reset. */
  goBack(): void {
    if (this.#next !== this.#markedNext) {
      this.#next = this.#markedNext - 1
      this.#openNext()
    }
    this.#i = this.#markedAt
  }

  #openNext(): boolean {
    const batch = this.#batches[this.#next++]
    if (batch === undefined) {
      this.#i = this.#end = 0
      return false
    }
    this.#i = batch.start
    this.#end = batch.end
    this.#attributes = batch.a
    this.#keys = this.backward ? batch.v : batch.e
    this.#values = this.backward ? batch.e : batch.v
    return true
  }

  /** Goes to the first row not before `(key, a)`; whether it is a row of just these. */
  seek(key: number, a: number): boolean {
    while (this.#i < this.#end || this.#openNext()) {
      this.#skip(key, a)
      if (this.#i < this.#end) return this.#keys[this.#i] === key && this.#attributes[this.#i] === a
    }
    return false
  }

  /** Mostly near; but passing a long run must not cost its length. */
  #skip(key: number, a: number): void {
    const near = Math.min(this.#end, this.#i + NEAR)
    let i = this.#i
    while (i < near && this.#isBefore(i, key, a)) i++
    if (i === near) i = gallop(i, this.#end, (k) => this.#isBefore(k, key, a))
    this.#i = i
  }

  #isBefore(i: number, key: number, a: number): boolean {
    const k = this.#keys[i] as number
    return k < key || (k === key && (this.#attributes[i] as number) < a)
  }

  /** The attribute of the row here, if it is a row of `key`; else -1. */
  attributeAt(key: number): number {
    if (this.#i === this.#end && !this.#openNext()) return -1
    return this.#keys[this.#i] === key ? (this.#attributes[this.#i] as number) : -1
  }

  /** What the row here says. Requires: there is one. */
  value(): Value {
    return this.#values[this.#i] as Value
  }

  /** Goes one row on; whether it is a row of `(key, a)` too. */
  advance(key: number, a: number): boolean {
    this.#i++
    if (this.#i === this.#end && !this.#openNext()) return false
    return this.#keys[this.#i] === key && this.#attributes[this.#i] === a
  }
}

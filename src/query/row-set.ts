import { hashInt } from './int-index.ts'

/** As many codes as an array can hold without memory of its own outside the heap. */
const FIRST_CODES = 16
/** Most sets stay within the first codes; one that does not gets room for so many rows at once. */
const SECOND_CAPACITY = 256

/** A growing set of rows of codes, numbered in the order in which they came. */
export class RowSet {
  size = 0
  /** Row after row. */
  #data: Int32Array
  #capacity: number
  /** Row + 1, open addressing; at least twice as long as there are rows in it. */
  #table = new Int32Array(FIRST_CODES)
  /** How many rows are in the table: fewer than all only while nobody looks for one. */
  #hashed = 0

  constructor(readonly width: number) {
    this.#data = new Int32Array(FIRST_CODES)
    this.#capacity = width === 0 ? 1 : Math.min(FIRST_CODES / 2, Math.floor(FIRST_CODES / width))
  }

  /** Adds row `i` of `rows`; whether it was new. `this.size - 1` is then its number. */
  add(rows: readonly Int32Array[], i: number): boolean {
    const before = this.size
    this.numberOf(rows, i)
    return this.size > before
  }

  /** The number of row `i` of `rows`, which is added if it is new. */
  numberOf(rows: readonly Int32Array[], i: number): number {
    const slot = this.#slotOf(rows, i)
    const known = this.#table[slot] as number
    if (known !== 0) return known - 1
    if (this.size === this.#capacity) {
      this.#reserve(1)
      this.#hash()
      return this.numberOf(rows, i)
    }
    const { width } = this
    const data = this.#data
    const number = this.size++
    this.#hashed++
    for (let c = 0, at = number * width; c < width; c++) data[at + c] = (rows[c] as Int32Array)[i] as number
    this.#table[slot] = number + 1
    return number
  }

  /** Adds the first `n` rows of `rows`. Requires: no two of them are equal, none of them is there. */
  append(rows: readonly Int32Array[], n: number): void {
    this.#reserve(n)
    const { width, size } = this
    const data = this.#data
    for (let c = 0; c < width; c++) {
      const column = rows[c] as Int32Array
      for (let i = 0, at = size * width + c; i < n; i++, at += width) data[at] = column[i] as number
    }
    this.size += n
  }

  /** The number of row `i` of `rows`, or -1 when it is not there. */
  find(rows: readonly Int32Array[], i: number): number {
    return (this.#table[this.#slotOf(rows, i)] as number) - 1
  }

  /** The values in place `c` of the rows `from ..< to`. */
  column(c: number, from = 0, to = this.size): Int32Array {
    const { width } = this
    const data = this.#data
    const out = new Int32Array(to - from)
    for (let i = 0, at = from * width + c; i < out.length; i++, at += width) out[i] = data[at] as number
    return out
  }

  /** The value in place `c` of a row. */
  at(row: number, c: number): number {
    return this.#data[row * this.width + c] as number
  }

  /** Where in the table row `i` of `rows` stands, or would. */
  #slotOf(rows: readonly Int32Array[], i: number): number {
    if (this.#hashed < this.size) this.#hash()
    const { width } = this
    const data = this.#data
    const table = this.#table
    const mask = table.length - 1
    let hash = 0
    for (let c = 0; c < width; c++) hash = hashInt(hash ^ ((rows[c] as Int32Array)[i] as number))
    let slot = hash & mask
    search: for (let row = table[slot] as number; row !== 0; row = table[slot] as number) {
      for (let c = 0, at = (row - 1) * width; c < width; c++) {
        if (data[at + c] !== (rows[c] as Int32Array)[i]) {
          slot = (slot + 1) & mask
          continue search
        }
      }
      break
    }
    return slot
  }

  /** Makes room for `n` more rows. */
  #reserve(n: number): void {
    if (this.size + n <= this.#capacity) return
    const { width } = this
    this.#capacity = Math.max(SECOND_CAPACITY, this.#capacity * 2, this.size + n)
    const data = new Int32Array(this.#capacity * width)
    data.set(this.#data.subarray(0, this.size * width))
    this.#data = data
  }

  /** Makes the table anew, with room for as many rows as there is. */
  #hash(): void {
    const { width } = this
    const data = this.#data
    let length = this.#table.length
    while (length < this.#capacity * 2) length *= 2
    const table = new Int32Array(length)
    const mask = length - 1
    for (let r = 0, at = 0; r < this.size; r++) {
      let hash = 0
      for (let c = 0; c < width; c++) hash = hashInt(hash ^ (data[at++] as number))
      let slot = hash & mask
      while (table[slot] !== 0) slot = (slot + 1) & mask
      table[slot] = r + 1
    }
    this.#table = table
    this.#hashed = this.size
  }
}

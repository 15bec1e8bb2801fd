/**
 * Rows by an integer key: `first(key)` and then `next[row]`, ascending, until -1. Keys that lie close together are addressed
 * directly, others hashed.
 */
export interface IntIndex {
  /** The first row with that key, or -1. */
  first(key: number): number
  /** The next row with the same key, or -1. */
  readonly next: Int32Array
}

/** How many times sparser than its rows a directly addressed table may be. */
const SPARSENESS = 16
const SMALL_TABLE = 64

/** Requires: `keys` does not change afterwards. */
export function indexInts(keys: Int32Array): IntIndex {
  const n = keys.length
  let min = 2 ** 31
  let max = -(2 ** 31)
  for (let i = 0; i < n; i++) {
    const k = keys[i] as number
    if (k < min) min = k
    if (k > max) max = k
  }
  return max - min < n * SPARSENESS + SMALL_TABLE ? new DirectIndex(keys, min, max) : new HashedIndex(keys)
}

class DirectIndex implements IntIndex {
  readonly next: Int32Array
  /** Row + 1 by key - min. */
  readonly #heads: Int32Array

  constructor(
    keys: Int32Array,
    private readonly min: number,
    max: number,
  ) {
    const n = keys.length
    const heads = new Int32Array(n === 0 ? 0 : max - min + 1)
    const next = new Int32Array(n)
    for (let i = n - 1; i >= 0; i--) {
      const slot = (keys[i] as number) - min
      const after = (heads[slot] as number) - 1
      next[i] = after
      heads[slot] = i + 1
    }
    this.#heads = heads
    this.next = next
  }

  first(key: number): number {
    const slot = key - this.min
    return slot >= 0 && slot < this.#heads.length ? (this.#heads[slot] as number) - 1 : -1
  }
}

/** Mixes the bits of a key: neighbours land far apart. */
export const hashInt = (key: number): number => {
  const h = Math.imul(key ^ (key >>> 16), 0x45d9f3b)
  return h ^ (h >>> 15)
}

class HashedIndex implements IntIndex {
  readonly next: Int32Array
  /** Row + 1, open addressing. */
  readonly #table: Int32Array

  constructor(private readonly keys: Int32Array) {
    const n = keys.length
    let size = 16
    while (size < n * 2) size *= 2
    this.#table = new Int32Array(size)
    this.next = new Int32Array(n)
    for (let i = n - 1; i >= 0; i--) {
      const slot = this.#slotOf(keys[i] as number)
      this.next[i] = (this.#table[slot] as number) - 1
      this.#table[slot] = i + 1
    }
  }

  first(key: number): number {
    return (this.#table[this.#slotOf(key)] as number) - 1
  }

  /** Where in the table the first row of a key stands, or would. */
  #slotOf(key: number): number {
    const { keys } = this
    const table = this.#table
    const mask = table.length - 1
    let slot = hashInt(key) & mask
    for (let row = table[slot] as number; row !== 0 && keys[row - 1] !== key; row = table[slot] as number) {
      slot = (slot + 1) & mask
    }
    return slot
  }
}

import { compareValues, type Value } from '../datom/value.ts'
import { compareRows, type Index } from './index-order.ts'
import { pickRows, type Rows } from './rows.ts'

/** `rows` in the order of `index`; the same object when they are already sorted, as transactions often are. */
export function sortRows(index: Index, rows: Rows): Rows {
  const compare = compareRows[index]
  const n = rows.length
  let sorted = true
  for (let i = 1; i < n && sorted; i++) sorted = compare(rows, i - 1, rows, i) <= 0
  if (sorted) return rows
  const order = Array.from({ length: n }, (_, i) => i)
  order.sort((i, j) => compare(rows, i, rows, j))
  return pickRows(rows, order)
}

/** `rows`, which are in the order of AEVT, in that of AVET. */
export function sortByValue(rows: Rows): Rows {
  const { a, v, length } = rows
  const order = new Int32Array(length)
  let sorted = true
  for (let start = 0, end = 0; start < length; start = end) {
    while (end < length && a[end] === a[start]) end++
    if (isSorted(v, start, end)) for (let i = start; i < end; i++) order[i] = i
    else {
      sorted = false
      order.set(orderOf(v, start, end), start)
    }
  }
  return sorted ? rows : pickRows(rows, order)
}

/** `rows`, which are in the order of AEVT and are refs, in that of VAET. */
export function sortByTarget(rows: Rows): Rows {
  const { v, length } = rows
  return isSorted(v, 0, length) ? rows : pickRows(rows, orderOf(v, 0, length))
}

function isSorted(v: readonly Value[], start: number, end: number): boolean {
  for (let i = start + 1; i < end; i++) if (compareValues(v[i - 1] as Value, v[i] as Value) > 0) return false
  return true
}

/** The places `start ..< end` by their values; those of equal ones as they are. */
function orderOf(v: readonly Value[], start: number, end: number): ArrayLike<number> {
  return orderOfIntegers(v, start, end) ?? orderByComparing(v, start, end)
}

/** Integers are sorted together with their places, as numbers that no other order could be told from. undefined for other values. */
function orderOfIntegers(v: readonly Value[], start: number, end: number): Int32Array | undefined {
  const n = end - start
  const keys = new Float64Array(n)
  const most = Math.floor(Number.MAX_SAFE_INTEGER / n) - 1
  for (let i = 0; i < n; i++) {
    const x = v[start + i]
    if (!Number.isInteger(x) || Math.abs(x as number) > most) return undefined
    keys[i] = (x as number) * n + i
  }
  keys.sort()
  return Int32Array.from(keys, (key) => start + (((key % n) + n) % n))
}

function orderByComparing(v: readonly Value[], start: number, end: number): number[] {
  const order: number[] = []
  for (let i = start; i < end; i++) order.push(i)
  return order.sort((i, j) => compareValues(v[i] as Value, v[j] as Value))
}

/** `rows`, which are in the order of EAVT, in that of AEVT: by attribute, and as they were among those of one. */
export function groupByAttribute(rows: Rows): Rows {
  const { a, length } = rows
  const groups = new Groups(a)
  if (groups.isSorted) return rows
  const order = new Int32Array(length)
  for (let i = 0; i < length; i++) order[groups.takePlace(i)] = i
  return pickRows(rows, order)
}

/** The rows of each attribute, and where they go. */
class Groups {
  readonly isSorted: boolean
  /** The group of each row, in the order of their first appearance. */
  private readonly groupOf: Int32Array
  /** The place of the next row of each group. */
  private readonly next: Int32Array

  constructor(a: Int32Array) {
    const ids: number[] = []
    const counts: number[] = []
    const groups = new Map<number, number>()
    this.groupOf = new Int32Array(a.length)
    let sorted = true
    let group = -1
    for (let i = 0; i < a.length; i++) {
      const id = a[i] as number
      // entities that are alike say the same attributes one after the other
      if (ids[++group] !== id) group = ids[0] === id ? 0 : (groups.get(id) ?? -1)
      if (group < 0) {
        group = ids.push(id) - 1
        counts.push(0)
        groups.set(id, group)
      }
      ;(counts[group] as number)++
      this.groupOf[i] = group
      sorted &&= i === 0 || (a[i - 1] as number) <= id
    }
    this.isSorted = sorted
    this.next = new Int32Array(ids.length)
    let place = 0
    for (const id of [...ids].sort((x, y) => x - y)) {
      const g = groups.get(id) as number
      this.next[g] = place
      place += counts[g] as number
    }
  }

  takePlace(row: number): number {
    const group = this.groupOf[row] as number
    return (this.next[group] as number)++
  }
}

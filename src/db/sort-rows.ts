import { sortedPlaces } from '../base/sorted-places.ts'
import { compareValues, type Value } from '../datom/value.ts'
import { compareRows, type Order } from './index-order.ts'
import { pickRows, type Rows } from './rows.ts'
import type { Values } from './values.ts'

/** `rows` in this order; the same object when they are already sorted, as transactions often are. */
export function sortRows(order: Order, rows: Rows): Rows {
  const compare = compareRows[order]
  const places = sortedPlaces(rows.length, (i, j) => compare(rows, i, rows, j))
  return places === undefined ? rows : pickRows(rows, places)
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

function isSorted(v: Values, start: number, end: number): boolean {
  for (let i = start + 1; i < end; i++) if (compareValues(v[i - 1] as Value, v[i] as Value) > 0) return false
  return true
}

/** The places `start ..< end` by their values; those of equal ones as they are. */
const orderOf = (v: Values, start: number, end: number): ArrayLike<number> =>
  countedOrder(v, start, end, compareValues, MOST_DISTINCT) ??
  orderOfIntegers(v, start, end) ??
  orderByComparing(v, start, end)

/** Beyond so many different values most rows have one of their own. */
const MOST_DISTINCT = 256

/** Integers are sorted together with their places, as one number each. undefined for other values. */
function orderOfIntegers(v: Values, start: number, end: number): Int32Array | undefined {
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

function orderByComparing(v: Values, start: number, end: number): number[] {
  const order: number[] = []
  for (let i = start; i < end; i++) order.push(i)
  return order.sort((i, j) => compareValues(v[i] as Value, v[j] as Value))
}

/** `rows`, which are in the order of EAVT, in that of AEVT: by attribute, and as they were among those of one. */
export function groupByAttribute(rows: Rows): Rows {
  const { a, length } = rows
  for (let i = 1; i < length; i++) {
    if ((a[i - 1] as number) > (a[i] as number))
      return pickRows(rows, countedOrder(a, 0, length, (x, y) => x - y) as Int32Array)
  }
  return rows
}

/**
 * The places `start ..< end` by what stands there, in the order of `compare`; those of the same as they are. undefined for more than
 * `most` different ones, or where different ones are equal.
 */
function countedOrder<T>(
  list: ArrayLike<T>,
  start: number,
  end: number,
  compare: (x: T, y: T) => number,
  most = Number.POSITIVE_INFINITY,
): Int32Array | undefined {
  const distinct: T[] = []
  const counts: number[] = []
  const groups = new Map<T, number>()
  const groupOf = new Int32Array(end - start)
  let group = -1
  for (let i = start; i < end; i++) {
    const x = list[i] as T
    // what is alike follows each other in the same order
    if (distinct[++group] !== x) group = distinct[0] === x ? 0 : (groups.get(x) ?? distinct.length)
    if (group === distinct.length) {
      if (group === most) return undefined
      distinct.push(x)
      counts.push(0)
      groups.set(x, group)
    }
    ;(counts[group] as number)++
    groupOf[i - start] = group
  }
  const next = placesOf(distinct, counts, compare)
  if (next === undefined) return undefined
  const order = new Int32Array(end - start)
  for (let i = 0; i < order.length; i++) {
    const g = groupOf[i] as number
    order[(next[g] as number)++] = start + i
  }
  return order
}

/** Where each group begins when they are sorted; undefined where two are equal. */
function placesOf<T>(
  distinct: readonly T[],
  counts: readonly number[],
  compare: (x: T, y: T) => number,
): Int32Array | undefined {
  const sorted = [...distinct.keys()].sort((x, y) => compare(distinct[x] as T, distinct[y] as T))
  const places = new Int32Array(distinct.length)
  let place = 0
  for (const [i, g] of sorted.entries()) {
    if (i > 0 && compare(distinct[sorted[i - 1] as number] as T, distinct[g] as T) === 0) return undefined
    places[g] = place
    place += counts[g] as number
  }
  return places
}

/** Says which of two places comes first, as `Array.sort` wants it. */
type Compare = (i: number, j: number) => number

/**
 * The places `0 ..< n` by what `compare` says of them, equal ones as they were; undefined when they ascend already. Runs that
 * ascend are found and merged, short ones before long ones: what consists of few runs is sorted in little more than n compares.
 */
export function sortedPlaces(n: number, compare: Compare): Int32Array | undefined {
  let end = runEnd(0, n, compare)
  if (end === n) return undefined
  const places = new Int32Array(n)
  for (let i = 0; i < n; i++) places[i] = i
  const spare = new Int32Array(n)
  // where runs begin that wait to be merged, each at least twice as long as the next
  const starts = [0]
  while (end < n) {
    starts.push(end)
    end = runEnd(end, n, compare)
    while (starts.length > 1 && lengthAt(starts, -2, end) < 2 * lengthAt(starts, -1, end)) mergeLast(starts, end)
  }
  while (starts.length > 1) mergeLast(starts, n)
  return places

  function mergeLast(waiting: number[], to: number): void {
    const mid = waiting.pop() as number
    merge(places, spare, waiting.at(-1) as number, mid, to, compare)
  }
}

/** Where the run ends that begins with place `lo`. */
function runEnd(lo: number, n: number, compare: Compare): number {
  let i = lo + 1
  while (i < n && compare(i - 1, i) <= 0) i++
  return Math.min(i, n)
}

/** The length of the last run but so many; all of them end at `end`. */
const lengthAt = (starts: readonly number[], at: -1 | -2, end: number): number =>
  (at === -1 ? end : (starts.at(-1) as number)) - (starts.at(at) as number)

/** Merges the runs `lo ..< mid` and `mid ..< hi` of `places`. */
function merge(places: Int32Array, spare: Int32Array, lo: number, mid: number, hi: number, compare: Compare): void {
  spare.set(places.subarray(lo, mid), lo)
  let i = lo
  let j = mid
  let k = lo
  while (i < mid && j < hi) {
    const x = spare[i] as number
    const y = places[j] as number
    if (compare(x, y) <= 0) {
      places[k++] = x
      i++
    } else {
      places[k++] = y
      j++
    }
  }
  places.set(spare.subarray(i, mid), k)
}

/**
 * The places `0 ..< n` by what `compare` says of them, equal ones as they were; undefined when they ascend already. A merge sort
 * of the runs that ascend: n compares and, for each doubling of their number, n more.
 */
export function sortedPlaces(n: number, compare: (i: number, j: number) => number): Int32Array | undefined {
  let ends: number[] = []
  for (let i = 1; i < n; i++) if (compare(i - 1, i) > 0) ends.push(i)
  if (ends.length === 0) return undefined
  ends.push(n)
  let from = Int32Array.from({ length: n }, (_, i) => i)
  let into = new Int32Array(n)
  while (ends.length > 1) {
    const merged: number[] = []
    let lo = 0
    for (let k = 0; k < ends.length; k += 2) {
      const mid = ends[k] as number
      const hi = ends[k + 1] ?? mid
      mergeRuns(from, into, lo, mid, hi, compare)
      merged.push(hi)
      lo = hi
    }
    ends = merged
    ;[from, into] = [into, from]
  }
  return from
}

/** Merges the runs `lo ..< mid` and `mid ..< hi` of `from` into the same places of `into`. */
function mergeRuns(
  from: Int32Array,
  into: Int32Array,
  lo: number,
  mid: number,
  hi: number,
  compare: (i: number, j: number) => number,
): void {
  let i = lo
  let j = mid
  for (let k = lo; k < hi; k++) {
    const takesFirst = j === hi || (i < mid && compare(from[i] as number, from[j] as number) <= 0)
    into[k] = from[takesFirst ? i++ : j++] as number
  }
}

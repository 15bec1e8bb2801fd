/** The least `i` in `lo..hi` for which `before(i)` is false; `before` must be true, then false. `hi` when it is always true. */
export function lowerBound(lo: number, hi: number, before: (i: number) => boolean): number {
  while (lo < hi) {
    const mid = (lo + hi) >>> 1
    if (before(mid)) lo = mid + 1
    else hi = mid
  }
  return lo
}

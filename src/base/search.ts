/** The least `i` in `lo..hi` for which `before(i)` is false; `before` must be true, then false. `hi` when it is always true. */
export function lowerBound(lo: number, hi: number, before: (i: number) => boolean): number {
  while (lo < hi) {
    const mid = (lo + hi) >>> 1
    if (before(mid)) lo = mid + 1
    else hi = mid
  }
  return lo
}

/** The same, near `lo` in a few steps, however far away `hi` is. */
export function gallop(lo: number, hi: number, before: (i: number) => boolean): number {
  let from = lo
  let step = 1
  while (from + step <= hi && before(from + step - 1)) {
    from += step
    step *= 2
  }
  return lowerBound(from, Math.min(hi, from + step - 1), before)
}

/** The known name nearest to `wanted` by edit distance, for messages; undefined when nothing is near. */
export function nearestName(wanted: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Math.max(3, Math.ceil(wanted.length / 3))
  for (const name of known) {
    const d = editDistance(wanted, name, least)
    if (d < least) {
      least = d
      best = name
    }
  }
  return best
}

/** Levenshtein's distance, or `limit` when it is at least that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}

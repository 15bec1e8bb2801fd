import { plainKey } from './plain-key.ts'

/**
 * `next`, with every row that `old` had too replaced by the very object of `old`; `old` itself when nothing differs. So that
 * what did not change keeps its identity, and views need not be drawn again.
 */
export function keepRows<T>(old: T, next: T): T {
  if (!Array.isArray(old) || !Array.isArray(next)) return plainKey(old) === plainKey(next) ? old : next
  const had = new Map<string, unknown>()
  for (const row of old) if (typeof row === 'object' && row !== null) had.set(plainKey(row), row)
  let same = old.length === next.length
  const kept = next.map((row: unknown, i: number) => {
    const out = typeof row === 'object' && row !== null ? (had.get(plainKey(row)) ?? row) : row
    same &&= Object.is(out, old[i])
    return out
  })
  return same ? old : (kept as T)
}

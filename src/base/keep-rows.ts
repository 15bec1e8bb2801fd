import { plainKey } from './plain-key.ts'

/** Rows that may have gone at one place before those that follow are looked for by their keys. */
const GONE_TOGETHER = 8

/**
 * `next`, with every row that `old` had too replaced by the very object of `old`; `old` itself when nothing differs. So that
 * what did not change keeps its identity, and views need not be drawn again.
 */
export function keepRows<T>(old: T, next: T): T {
  if (!Array.isArray(old) || !Array.isArray(next)) return isSame(old, next) ? old : next
  // most rows follow each other as they did, and need no key
  const gone: unknown[] = []
  const came: number[] = []
  let j = 0
  const kept = next.map((row: unknown, i) => {
    for (let k = j; k < j + GONE_TOGETHER; k++) {
      if (!isSame(old[k], row)) continue
      while (j < k) gone.push(old[j++])
      return old[j++]
    }
    came.push(i)
    return row
  })
  if (came.length > 0) {
    const had = new Map(gone.concat(old.slice(j)).map((row) => [plainKey(row), row]))
    for (const i of came) kept[i] = had.get(plainKey(kept[i])) ?? kept[i]
  }
  return kept.length === old.length && kept.every((row, i) => Object.is(row, old[i])) ? old : (kept as T)
}

function isSame(x: unknown, y: unknown): boolean {
  if (typeof x !== 'object' || typeof y !== 'object' || x === null || y === null) return Object.is(x, y)
  if (x.constructor !== y.constructor || (x.constructor !== Object && !Array.isArray(x)))
    return plainKey(x) === plainKey(y)
  const cells = x as Readonly<Record<string, unknown>>
  const others = y as Readonly<Record<string, unknown>>
  const keys = Object.keys(x)
  return keys.length === Object.keys(y).length && keys.every((key) => isSame(cells[key], others[key]))
}

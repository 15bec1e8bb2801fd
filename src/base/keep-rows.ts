import { plainKey } from './plain-key.ts'

/**
 * `next`, with every row that `old` had too replaced by the very object of `old`; `old` itself when nothing differs. So that
 * what did not change keeps its identity, and views need not be drawn again.
 */
export function keepRows<T>(old: T, next: T): T {
  if (!Array.isArray(old) || !Array.isArray(next)) return plainKey(old) === plainKey(next) ? old : next
  const { kept, left, moved } = inStep(old, next)
  if (moved.length > 0 && left.length > 0) {
    const had = new Map<string, unknown>()
    for (const row of left) if (isObject(row)) had.set(plainKey(row), row)
    for (const i of moved) kept[i] = had.get(plainKey(next[i])) ?? next[i]
  }
  const same = old.length === kept.length && kept.every((row, i) => Object.is(row, old[i]))
  return same ? old : (kept as T)
}

/** Rows mostly stay in their order: what is the same when both lists are walked side by side needs no key. */
function inStep(old: readonly unknown[], next: readonly unknown[]) {
  const kept = [...next]
  /** Of `old`, and places in `next`: those without a match. */
  const left: unknown[] = []
  const moved: number[] = []
  let at = 0
  for (const [i, row] of next.entries()) {
    if (!isObject(row)) continue
    if (!isSame(old[at], row) && isSame(old[at + 1], row)) left.push(old[at++])
    if (isSame(old[at], row)) kept[i] = old[at++]
    else moved.push(i)
  }
  left.push(...old.slice(at))
  return { kept, left, moved }
}

const isObject = (x: unknown): x is object => typeof x === 'object' && x !== null

/** Whether two rows are surely the same: cell for cell, at a glance. */
function isSame(a: unknown, b: object): boolean {
  if (!isObject(a) || Array.isArray(a) !== Array.isArray(b) || !isBare(a) || !isBare(b)) return false
  const names = Object.keys(a)
  const others = Object.keys(b)
  if (names.length !== others.length) return false
  const cells = a as Readonly<Record<string, unknown>>
  const otherCells = b as Readonly<Record<string, unknown>>
  return names.every((name, i) => name === others[i] && Object.is(cells[name], otherCells[name]))
}

/** Whether it is no more than what its keys say. */
const isBare = (x: object): boolean => Array.isArray(x) || Object.getPrototypeOf(x) === Object.prototype

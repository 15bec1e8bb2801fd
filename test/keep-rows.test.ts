import fc from 'fast-check'
import { expect, it } from 'vitest'
import { keepRows } from '../src/base/keep-rows.ts'
import { runs } from './support/seeds.ts'

const cell = fc.oneof(
  fc.integer({ min: 0, max: 2 }),
  fc.constantFrom('a', 'b', null, new Date(5), new Uint8Array([1]), [1, 'x'], { deep: [1] }),
)
const row = fc.oneof(
  fc.array(cell, { maxLength: 2 }),
  fc.record({ x: cell, y: cell }, { requiredKeys: [] }),
  fc.integer({ min: 0, max: 3 }),
)
const rows = fc.uniqueArray(row, { selector: (x) => JSON.stringify(x), maxLength: 12 })

it('a list keeps the rows that it had, wherever they have gone, and itself where nothing differs', () => {
  fc.assert(
    fc.property(rows, rows, fc.array(fc.nat(11)), (old, others, places) => {
      // some of the old rows, anywhere among others
      const mixed = [...others]
      for (const place of places) mixed.splice(place, 0, structuredClone(old[place % Math.max(1, old.length)] ?? 0))
      const next = [...new Map(mixed.map((x) => [JSON.stringify(x), x])).values()]
      const kept = keepRows<unknown[]>(old, next)
      expect(kept).toEqual(next)
      const had = new Map(old.map((x) => [JSON.stringify(x), x]))
      for (const x of kept) {
        const key = JSON.stringify(x)
        if (typeof x === 'object' && had.has(key)) expect(x).toBe(had.get(key))
      }
      expect(keepRows(old, structuredClone(old))).toBe(old)
    }),
    runs(300),
  )
})

it('what comes to the head of a list moves no other row', () => {
  const old = Array.from({ length: 50 }, (_, i) => ({ sku: `S${i}`, n: i }))
  const next = [{ sku: 'S99', n: -1 }, ...structuredClone(old).slice(0, -1)]
  const kept = keepRows(old, next)
  expect(kept[0]).toBe(next[0])
  for (let i = 1; i < 50; i++) expect(kept[i]).toBe(old[i - 1])
})

it.each([
  ['some rows went together', (old: readonly unknown[]) => [...old.slice(0, 9), ...old.slice(30)]],
  ['some came', (old: readonly unknown[]) => [...old.slice(0, 9), { sku: 'T1' }, { sku: 'T2' }, ...old.slice(9)]],
  ['one changed', (old: readonly unknown[]) => old.map((row, i) => (i === 20 ? { sku: 'S20', n: 7 } : row))],
  ['all were turned round', (old: readonly unknown[]) => [...old].reverse()],
])('where %s, the others stay what they were', (_, change) => {
  const old = Array.from({ length: 50 }, (_, i) => ({ sku: `S${i}`, n: i }))
  const next = change(old)
  const kept = keepRows(old, structuredClone(next) as typeof old)
  for (const [i, row] of next.entries()) if (old.includes(row as never)) expect(kept[i]).toBe(row)
  expect(kept).toEqual(next)
})

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sortedPlaces } from '../src/base/sorted-places.ts'
import { runs } from './support/seeds.ts'

it('sorts places as a stable sort does, and says nothing of those that ascend', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 200 }), (list) => {
      const at = (i: number): number => list[i] as number
      const wanted = list.map((_, i) => i).sort((i, j) => at(i) - at(j))
      const found = sortedPlaces(list.length, (i, j) => at(i) - at(j))
      if (wanted.every((i, k) => i === k)) expect(found).toBeUndefined()
      else expect([...(found ?? [])]).toEqual(wanted)
    }),
    runs(500),
  )
})

it('compares as often as there are runs to merge, not more', () => {
  const n = 4096
  let compares = 0
  const runOf = (i: number): number => i % (n / 8)
  sortedPlaces(n, (i, j) => {
    compares++
    return runOf(i) - runOf(j)
  })
  expect(compares).toBeLessThanOrEqual(4 * n)
})

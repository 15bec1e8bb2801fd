import fc from 'fast-check'
import { expect, it } from 'vitest'
import { groupByAttribute, sortByTarget, sortByValue, sortRows } from '../src/db/sort-rows.ts'
import { randomRows } from './support/random-rows.ts'
import { runs } from './support/seeds.ts'

it('sorts a run that is in one order into another as a sort from scratch does', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(300), fc.boolean(), (seed, n, past) => {
      const byEntity = randomRows(seed, n, 'eavt', past)
      const byAttribute = groupByAttribute(byEntity)
      expect(byAttribute).toEqual(sortRows('aevt', byEntity))
      expect(sortByValue(byAttribute)).toEqual(sortRows('avet', byEntity))
      expect(sortByTarget(byAttribute)).toEqual(sortRows('vaet', byEntity))
    }),
    runs(300),
  )
})

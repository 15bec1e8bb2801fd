import { expect, it } from 'vitest'
import { IN_SEGMENTS } from './support/simulation/parts.ts'
import { runSeeds } from './support/simulation/run-seeds.ts'
import { ONE, patience, SEEDS } from './support/simulation/seeds.ts'

/** Whatever happens takes longer here. Seed 98 is one in which two tabs make all indexes anew of the same log. */
const SOME = Math.ceil(SEEDS / 25)
const FIRST = 80

it(
  'devices that lay what is confirmed in tiny segments agree in the end too, and nothing is lost',
  async () => {
    const happened = await (ONE === undefined ? runSeeds(FIRST, SOME, IN_SEGMENTS) : runSeeds(ONE, 1, IN_SEGMENTS))
    if (ONE === undefined) expect(happened.get('indexed')).toBeGreaterThan(SOME)
  },
  patience(SOME * 5),
)

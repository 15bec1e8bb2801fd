import { expect, it } from 'vitest'
import { missing, runSeeds } from './support/simulation/run-seeds.ts'
import { ONE, patience, SEEDS } from './support/simulation/seeds.ts'

const HALF = Math.ceil(SEEDS / 2)

it(
  'devices with several tabs, a faulty network and dying servers agree in the end, and nothing is lost',
  async () => {
    const happened = await (ONE === undefined ? runSeeds(1, HALF) : runSeeds(ONE, 1))
    if (process.env.ANNALS_TALLY) console.log(Object.fromEntries(happened))
    if (ONE === undefined) expect(missing(happened)).toEqual([])
  },
  patience(HALF),
)

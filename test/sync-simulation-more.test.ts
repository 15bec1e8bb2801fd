import { expect, it } from 'vitest'
import { missing, runSeeds } from './support/simulation/run-seeds.ts'
import { ONE, patience, SEEDS } from './support/simulation/seeds.ts'

const HALF = Math.ceil(SEEDS / 2)

// In a file of its own, so that both halves run side by side.
it.skipIf(ONE !== undefined)(
  'the other half of the simulated histories',
  async () => {
    expect(missing(await runSeeds(HALF + 1, SEEDS - HALF))).toEqual([])
  },
  patience(HALF),
)

import { expect, it } from 'vitest'
import { IN_SEGMENTS } from './support/simulation/parts.ts'
import { runSeeds } from './support/simulation/run-seeds.ts'
import { ONE, patience, SEEDS } from './support/simulation/seeds.ts'

/**
 * Whatever happens takes longer here. In seed 98 two tabs make all indexes anew of the same log, in 112 a tab decides on segments that
 * were removed, in 148 the root that a tab goes over to is replaced before it does, in 162 a tab dies whose queue has records below
 * the root.
 */
const SOME = Math.ceil(SEEDS / 25)
const FIRST = 80
const RARE = [148, 162]

it(
  'devices that lay what is confirmed in tiny segments agree in the end too, and nothing is lost',
  async () => {
    const happened = await (ONE === undefined ? runSeeds(FIRST, SOME, IN_SEGMENTS) : runSeeds(ONE, 1, IN_SEGMENTS))
    if (ONE !== undefined) return
    expect(happened.get('indexed')).toBeGreaterThan(SOME)
    for (const seed of RARE) await runSeeds(seed, 1, IN_SEGMENTS)
  },
  patience(SOME * 5),
)

import { expect, it } from 'vitest'
import { runSeed } from './support/simulation/run-seed.ts'

/** Seeds of the default test run; more with ANNALS_SEEDS, one alone with ANNALS_SEED. */
const SEEDS = Number(process.env.ANNALS_SEEDS ?? 60)
const ONE = process.env.ANNALS_SEED

it(
  'devices with several tabs, a faulty network and dying servers agree in the end, and nothing is lost',
  async () => {
    const happened = new Map<string, number>()
    const seeds = ONE === undefined ? Array.from({ length: SEEDS }, (_, i) => i + 1) : [Number(ONE)]
    for (const seed of seeds) {
      const tally = await runSeed(seed).catch((e: unknown) => {
        throw new Error(
          `seed ${seed} (ANNALS_SEED=${seed} runs it alone): ${e instanceof Error ? e.message : String(e)}`,
          { cause: e },
        )
      })
      for (const [what, n] of tally) happened.set(what, (happened.get(what) ?? 0) + n)
    }
    if (process.env.ANNALS_TALLY) console.log(Object.fromEntries(happened))
    if (ONE !== undefined) return
    const faults = [
      'lostRequest',
      'lostAnswer',
      'duplicate',
      'longDelay',
      'nodeCrash',
      'kill',
      'power loss',
      'crash at a write',
      'copied profile',
    ]
    const deeds = ['transaction', 'rejected', 'withdrawn', 'sent again', 'tab', 'network']
    expect([...faults, ...deeds].filter((what) => !happened.has(what))).toEqual([])
  },
  60_000 + SEEDS * 2000,
)

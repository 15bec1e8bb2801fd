import { inFreshPlace } from '../hosts/fresh-place.ts'
import type { Budget } from '../measure/time-of.ts'
import type { Part } from '../part.ts'
import type { Bench } from './bench.ts'
import { FULL, QUICK, WARM } from './queries.ts'

interface Past {
  readonly people: number
  readonly rounds: number
  readonly budget: Budget
}

const WARM_PAST: Past = { people: 500, rounds: 4, budget: WARM }
const QUICK_PAST: Past = { people: 5_000, rounds: 10, budget: QUICK }
const FULL_PAST: Past = { people: 20_000, rounds: 50, budget: FULL }

/** How often every person has changed: what a past is called that long. */
export const pastOf = (full: boolean): Past => (full ? FULL_PAST : QUICK_PAST)

/** H, in the browser and in Node. */
export function historyParts({ options, plan, recorder, origin }: Bench): Part[] {
  return (['chromium', 'node'] as const).filter(plan.host).map((host) => ({
    name: `H ${host}`,
    systems: plan.systems([{ name: 'annals' }]),
    async measure(system, run) {
      const past = run === 0 ? WARM_PAST : pastOf(options.full)
      await recorder.record({ host, group: 'H', system }, run, '', () =>
        inFreshPlace(host, origin, (place) => place.run({ kind: 'history', system, ...past })),
      )
    },
  }))
}

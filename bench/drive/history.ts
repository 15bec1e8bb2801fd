import { type Bench, say } from './bench.ts'
import { FULL, inFreshPlace, QUICK } from './queries.ts'

const QUICK_PAST = { people: 5_000, rounds: 10, budget: QUICK }
const FULL_PAST = { people: 20_000, rounds: 50, budget: FULL }

/** H, in the browser and in Node. */
export async function driveHistory({ options, plan, recorder, origin }: Bench): Promise<void> {
  if (plan.systems([{ name: 'annals' }]).length === 0) return
  const system = 'annals'
  for (const host of ['node', 'chromium'] as const) {
    if (!plan.host(host)) continue
    for (let run = 0; run <= options.runs; run++) {
      say(`H ${host}`, run, options.runs, system)
      const past = options.full ? FULL_PAST : QUICK_PAST
      await inFreshPlace(host, origin, async (place) => {
        await recorder.record({ host, group: 'H', system }, run, '', () =>
          place.run({ kind: 'history', system, ...past }),
        )
      })
    }
  }
}

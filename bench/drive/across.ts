import { inFreshBrowser } from '../hosts/chromium.ts'
import { sizeName } from '../options.ts'
import type { Part } from '../part.ts'
import { ACROSS_SYSTEMS } from '../systems/systems.ts'
import { type Bench, itemsIn } from './bench.ts'

const ROWS = 10_000

/** R, in a fresh profile for every system and run. */
export function acrossParts({ plan, recorder, origin }: Bench): Part[] {
  if (!plan.host('chromium')) return []
  const part: Part = {
    name: 'R',
    systems: plan.systems(ACROSS_SYSTEMS),
    async measure(system, run) {
      await recorder.record({ host: 'chromium', group: 'R', system }, run, sizeName(ROWS), () =>
        inFreshBrowser(origin, (place) => place.run({ kind: 'across', system, rows: itemsIn(run, ROWS) })),
      )
    },
  }
  return [part]
}

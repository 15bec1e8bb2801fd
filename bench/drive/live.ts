import { inFreshBrowser } from '../hosts/chromium.ts'
import { sizeName } from '../options.ts'
import { type Part, slowApart } from '../part.ts'
import { LARGE, LIVE_SYSTEMS, STORAGE_SYSTEMS } from '../systems/systems.ts'
import { type Bench, itemsIn } from './bench.ts'

/** Systems that offer nothing to build a live query from, and variants of which it tells no more. */
const WITHOUT = ['datom rows', 'annals synced', 'limit strict']
/** At many items it takes a minute and a half before the first answer. */
const SLOW = ['pouchdb']
const WRITES = 200

/** L, in a fresh profile for every system and run. */
export function liveParts({ options, plan, recorder, origin }: Bench): Part[] {
  if (!plan.host('chromium')) return []
  const systems = [...STORAGE_SYSTEMS, ...LIVE_SYSTEMS].filter(({ name }) => !WITHOUT.includes(name))
  return options.sizes.flatMap((items, i) => {
    const part: Part = {
      name: `L ${sizeName(items)}`,
      first: Math.min(i, 1),
      systems: plan.systems(systems.filter(({ upTo = LARGE }) => items <= upTo)),
      async measure(system, run) {
        await recorder.record({ host: 'chromium', group: 'L', system }, run, sizeName(items), () =>
          inFreshBrowser(origin, (place) =>
            place.run({ kind: 'live', system, items: itemsIn(run, items), writes: run === 0 ? 1 : WRITES }),
          ),
        )
      },
    }
    return slowApart(part, items < LARGE ? [] : SLOW)
  })
}

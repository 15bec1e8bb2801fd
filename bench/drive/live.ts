import { dropProfile, makeProfile, openChromium } from '../hosts/chromium.ts'
import { sizeName } from '../options.ts'
import { LIVE_SYSTEMS, STORAGE_SYSTEMS } from '../systems/systems.ts'
import { type Bench, inPlace, rounds, say } from './bench.ts'

/** Systems that offer nothing to build a live query from. */
const WITHOUT = ['datom rows']
const WRITES = 200

/** L, in a fresh profile for every system and run. */
export async function driveLive({ options, plan, recorder, origin }: Bench): Promise<void> {
  if (!plan.host('chromium')) return
  const systems = plan.systems([...STORAGE_SYSTEMS, ...LIVE_SYSTEMS]).filter(({ name }) => !WITHOUT.includes(name))
  for (const items of options.sizes) {
    const size = sizeName(items)
    for (const [run, { name: system }] of rounds(options.runs, systems)) {
      say(`L ${size}`, run, options.runs, system)
      const profile = await makeProfile()
      try {
        await recorder.record({ host: 'chromium', group: 'L', system }, run, size, async () =>
          inPlace(await openChromium(origin, profile), (place) =>
            place.run({ kind: 'live', system, items, writes: WRITES }),
          ),
        )
      } finally {
        await dropProfile(profile)
      }
    }
  }
}

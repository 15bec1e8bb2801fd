import { dropProfile, makeProfile, openChromium } from '../hosts/chromium.ts'
import { sizeName } from '../options.ts'
import { ACROSS_SYSTEMS } from '../systems/systems.ts'
import { type Bench, inPlace, rounds, say } from './bench.ts'

const ROWS = 10_000

/** R, in a fresh profile for every system and run. */
export async function driveAcross({ options, plan, recorder, origin }: Bench): Promise<void> {
  if (!plan.host('chromium')) return
  for (const [run, { name: system }] of rounds(options.runs, plan.systems(ACROSS_SYSTEMS))) {
    say('R', run, options.runs, system)
    const profile = await makeProfile()
    try {
      await recorder.record({ host: 'chromium', group: 'R', system }, run, sizeName(ROWS), async () =>
        inPlace(await openChromium(origin, profile), (place) => place.run({ kind: 'across', system, rows: ROWS })),
      )
    } finally {
      await dropProfile(profile)
    }
  }
}

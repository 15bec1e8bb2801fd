import { type BrowserPlace, dropProfile, makeProfile, openChromium } from '../hosts/chromium.ts'
import { storedBytes } from '../hosts/stored-bytes.ts'
import type { Figure, Job } from '../jobs/job.ts'
import { sizeName } from '../options.ts'
import { STORAGE_SYSTEMS } from '../systems/systems.ts'
import { type Bench, inPlace, rounds, say } from './bench.ts'

export const ordersFor = (full: boolean): number => (full ? 20_000 : 2_000)

/** S: import, small transactions and cold open, each in a browser process of its own, all on one fresh profile. */
export async function driveStorage({ options, plan, recorder, origin }: Bench): Promise<void> {
  if (!plan.host('chromium')) return
  for (const items of options.sizes) {
    const size = sizeName(items)
    for (const [run, { name: system }] of rounds(options.runs, plan.systems(STORAGE_SYSTEMS))) {
      say(`S ${size}`, run, options.runs, system)
      const profile = await makeProfile()
      const step = (job: Job, weigh: (place: BrowserPlace) => Promise<Figure[]> = async () => []) =>
        recorder.record({ host: 'chromium', group: 'S', system }, run, size, async () =>
          inPlace(await openChromium(origin, profile), async (place) => {
            const result = await place.run(job)
            return { ...result, figures: [...result.figures, ...(await weigh(place))] }
          }),
        )
      try {
        if (!(await step({ kind: 'import', system, items }))) continue
        await recorder.record({ host: 'chromium', group: 'S', system }, run, size, async () => ({
          figures: [{ name: 'S5 bytes', value: (await storedBytes(profile)) / items }],
        }))
        const result = await step({ kind: 'write', system, items, orders: ordersFor(options.full) })
        if (result === undefined) continue
        await step({ kind: 'cold', system, items, written: result.written ?? [] }, async (place) => [
          { name: 'S6 memory', value: await place.memory() },
        ])
      } finally {
        await dropProfile(profile)
      }
    }
  }
}

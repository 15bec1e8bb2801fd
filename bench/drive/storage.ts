import { type BrowserPlace, dropProfile, makeProfile, openChromium } from '../hosts/chromium.ts'
import { storedBytes } from '../hosts/stored-bytes.ts'
import type { Figure, Job, JobResult } from '../jobs/job.ts'
import { sizeName } from '../options.ts'
import { type Part, slowApart } from '../part.ts'
import { LARGE, STORAGE_SYSTEMS } from '../systems/systems.ts'
import { type Bench, inPlace, itemsIn } from './bench.ts'

export const ordersFor = (full: boolean): number => (full ? 20_000 : 2_000)
const FEW_ORDERS = 20
/** At many items they take a minute and a half each time. */
const SLOW = ['datom rows']

/** S: import, small transactions and cold open, each in a browser process of its own, all on one fresh profile. */
export function storageParts(bench: Bench): Part[] {
  const { options, plan } = bench
  if (!plan.host('chromium')) return []
  return options.sizes.flatMap((items, i) => {
    const part: Part = {
      name: `S ${sizeName(items)}`,
      first: Math.min(i, 1),
      systems: plan.systems(STORAGE_SYSTEMS.filter(({ upTo = LARGE }) => items <= upTo)),
      measure: (system, run) => measureStorage(bench, system, items, run),
    }
    return slowApart(part, items < LARGE ? [] : SLOW)
  })
}

async function measureStorage({ options, recorder, origin }: Bench, system: string, size: number, run: number) {
  const items = itemsIn(run, size)
  const orders = run === 0 ? FEW_ORDERS : ordersFor(options.full)
  const profile = await makeProfile()
  const database = `storage-${system.replaceAll(' ', '-')}-${size}-${run}`
  const record = (work: () => Promise<JobResult>) =>
    recorder.record({ host: 'chromium', group: 'S', system }, run, sizeName(size), work)
  const step = (job: Job, weigh: (place: BrowserPlace) => Promise<Figure[]> = async () => []) =>
    record(async () =>
      inPlace(await openChromium(origin, profile), async (place) => {
        const result = await place.run(job)
        return { ...result, figures: [...result.figures, ...(await weigh(place))] }
      }),
    )
  const bytes = async (name: string) =>
    record(async () => ({ figures: [{ name, value: (await storedBytes(profile)) / items }] }))
  try {
    if (!(await step({ kind: 'import', system, database, items }))) return
    await bytes('S5 bytes')
    const result = await step({ kind: 'write', system, database, items, orders })
    if (result === undefined) return
    await step({ kind: 'cold', system, database, items, written: result.written ?? [] }, async (place) => [
      { name: 'S6 memory', value: await place.memory() },
    ])
  } finally {
    await dropProfile(profile)
  }
}

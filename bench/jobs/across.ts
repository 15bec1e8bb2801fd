// R: a small answer and a large one from a worker to its page, both as the page sees them.
import { items, skuOf } from '../data/inventory.ts'
import { timeOf } from '../measure/time-of.ts'
import type { Across } from '../systems/across.ts'
import type { AcrossJob, JobResult } from './job.ts'

const BUDGET = { warmMs: 200, timedMs: 500 }

export async function runAcross(system: Across, job: AcrossJob): Promise<JobResult> {
  const rows = items(job.rows)
  await system.open(rows)
  const place = Math.floor(job.rows / 2)
  const count = await system.small(skuOf(place))
  if (count !== rows[place]?.count) throw new Error(`the small answer is ${count}, wanted ${rows[place]?.count}`)
  const { length, countAt } = await system.large()
  const counts = Array.from({ length }, (_, row) => countAt(row) ?? Number.NaN).sort((a, b) => a - b)
  const wanted = rows.map((row) => row.count).sort((a, b) => a - b)
  if (counts.join() !== wanted.join())
    throw new Error(`the large answer has ${length} rows, or others than were wanted`)
  return {
    figures: [
      { name: 'R small', value: await timeOf(() => system.small(skuOf(place)), BUDGET) },
      { name: 'R large', value: await timeOf(() => system.large(), BUDGET) },
    ],
  }
}

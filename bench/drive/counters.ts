import { queryCounters, storageCounters } from '../jobs/counters.ts'
import type { Figure } from '../jobs/job.ts'
import type { Options } from '../options.ts'
import { QUERY_WORKLOADS } from '../workloads/queries.ts'

export async function driveCounters({ full }: Options): Promise<Figure[]> {
  console.log('counters')
  const figures = await storageCounters()
  for (const workload of QUERY_WORKLOADS) if (full || !workload.full) figures.push(...(await queryCounters(workload)))
  return figures
}

import { queryCounters, storageCounters } from '../jobs/counters.ts'
import type { Figure } from '../jobs/job.ts'
import type { Options } from '../options.ts'
import { QUERY_WORKLOADS } from '../workloads/queries.ts'

export async function countCosts({ full }: Options): Promise<Figure[]> {
  const figures = await storageCounters(10_000)
  if (full) figures.push(...(await storageCounters(100_000)))
  for (const workload of QUERY_WORKLOADS) if (full || !workload.full) figures.push(...(await queryCounters(workload)))
  return figures
}

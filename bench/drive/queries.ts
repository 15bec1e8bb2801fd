import { makeData } from '../data/data.ts'
import { inFreshPlace } from '../hosts/fresh-place.ts'
import type { QueriesJob } from '../jobs/job.ts'
import { digestOf } from '../jobs/queries.ts'
import { runOf } from '../jobs/run-of.ts'
import type { Budget } from '../measure/time-of.ts'
import type { Part } from '../part.ts'
import { open as openLimit } from '../systems/limit.ts'
import { QUERY_SYSTEMS } from '../systems/systems.ts'
import { QUERY_WORKLOADS, type QueryWorkload, SMALL_WORKLOADS } from '../workloads/queries.ts'
import type { Bench } from './bench.ts'

export const WARM: Budget = { warmMs: 1, timedMs: 1 }
export const QUICK: Budget = { warmMs: 60, timedMs: 120 }
export const FULL: Budget = { warmMs: 100, timedMs: 150 }

/** Q, in a worker of the browser and in Node: a fresh profile or process for every system and run. */
export async function queryParts({ options, plan, recorder, origin }: Bench): Promise<Part[]> {
  const workloads = QUERY_WORKLOADS.filter(({ full }) => options.full || !full)
  const warming = await Promise.all(SMALL_WORKLOADS.map((workload) => jobFor(workload, WARM)))
  const counted = await Promise.all(workloads.map((workload) => jobFor(workload, options.full ? FULL : QUICK)))
  return (['chromium', 'node'] as const).filter(plan.host).map((host) => ({
    name: `Q ${host}`,
    systems: plan.systems(QUERY_SYSTEMS),
    async measure(system, run) {
      await inFreshPlace(host, origin, async (place) => {
        for (const job of run === 0 ? warming : counted) {
          await recorder.record({ host, group: 'Q', system }, run, '', () => place.run({ ...job, system }))
        }
      })
    },
  }))
}

/** The answers that all must give are those of the hand-written loops. */
async function jobFor({ suffix, data, asks }: QueryWorkload, budget: Budget): Promise<QueriesJob> {
  const session = openLimit()
  for (const part of makeData(data)) await session.import(part)
  const expected: Record<string, string> = {}
  for (const ask of asks) {
    const run = ask === 'add' || ask === 'lookup' ? undefined : runOf(session, ask)
    if (run) expected[ask] = await digestOf(session, ask, run)
  }
  return { kind: 'queries', data, suffix, asks, expected, budget }
}

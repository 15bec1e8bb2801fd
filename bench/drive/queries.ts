import { makeData } from '../data/data.ts'
import { dropProfile, makeProfile, openChromium } from '../hosts/chromium.ts'
import type { Place } from '../hosts/host.ts'
import { openNode } from '../hosts/node.ts'
import type { QueriesJob } from '../jobs/job.ts'
import { digestOf, runOf } from '../jobs/queries.ts'
import type { HostName } from '../plan.ts'
import { open as openLimit } from '../systems/limit.ts'
import { QUERY_SYSTEMS } from '../systems/systems.ts'
import { QUERY_WORKLOADS, type QueryWorkload } from '../workloads/queries.ts'
import { type Bench, inPlace, rounds, say } from './bench.ts'

export const QUICK = { warmMs: 60, timedMs: 120 }
export const FULL = { warmMs: 200, timedMs: 400 }

/** Q, in Node and in a worker of the browser: a fresh process or profile for every system and run. */
export async function driveQueries(bench: Bench): Promise<void> {
  const { options, plan, recorder } = bench
  const jobs = await Promise.all(QUERY_WORKLOADS.filter(({ full }) => options.full || !full).map(jobFor(options.full)))
  for (const host of ['node', 'chromium'] as const) {
    if (!plan.host(host)) continue
    for (const [run, { name: system }] of rounds(options.runs, plan.systems(QUERY_SYSTEMS))) {
      say(`Q ${host}`, run, options.runs, system)
      await inFreshPlace(host, bench.origin, async (place) => {
        for (const job of jobs) {
          await recorder.record({ host, group: 'Q', system }, run, '', () => place.run({ ...job, system }))
        }
      })
    }
  }
}

export async function inFreshPlace(
  host: HostName,
  origin: string,
  use: (place: Place) => Promise<void>,
): Promise<void> {
  if (host === 'node') return inPlace(await openNode(), use)
  const profile = await makeProfile()
  try {
    await inPlace(await openChromium(origin, profile), use)
  } finally {
    await dropProfile(profile)
  }
}

/** The answers that all must give are those of the hand-written loops. */
const jobFor =
  (full: boolean) =>
  async ({ suffix, data, asks }: QueryWorkload): Promise<QueriesJob> => {
    const session = openLimit()
    for (const part of makeData(data)) await session.import(part)
    const expected: Record<string, string> = {}
    for (const ask of asks) {
      const run = ask === 'add' || ask === 'lookup' ? undefined : runOf(session, ask)
      if (run) expected[ask] = await digestOf(session, ask, run)
    }
    return { kind: 'queries', data, suffix, asks, expected, budget: full ? FULL : QUICK }
  }

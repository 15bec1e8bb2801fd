// Where annals spends its time: `npm run bench -- --profile "q4 100k"`, for a query workload by its name, in Node.
import { Session as Inspector } from 'node:inspector/promises'
import { makeData } from './data/data.ts'
import { runOf } from './jobs/queries.ts'
import { type Hot, hottest } from './measure/hottest.ts'
import { timeOf } from './measure/time-of.ts'
import { table } from './report/tables.ts'
import { annalsIn } from './systems/annals-states.ts'
import type { MaybePromise, Session } from './systems/system.ts'
import { figureName, QUERY_WORKLOADS, type QueryWorkload } from './workloads/queries.ts'

const BUDGET = { warmMs: 1_000, timedMs: 3_000 }
const INTERVAL_US = 100
const SHOWN = 15

/** Prints the functions in which most of the time of a workload is spent. Throws a TypeError for one that is not known. */
export async function profile(wanted: string): Promise<void> {
  const known = QUERY_WORKLOADS.flatMap((workload) =>
    workload.asks.map((ask) => ({ workload, ask, name: figureName(ask, workload.suffix) })),
  )
  const found = known.find(({ name }) => name === wanted)
  if (found === undefined) throw new TypeError(`--profile knows ${known.map(({ name }) => name).join(', ')}`)
  const { workload, ask } = found
  const session = await annalsIn('segments').open({ name: 'profile', countIndexed: false })
  const hot = ask === 'add' ? await profiled(() => fill(session, workload)) : await profileAsk(session, workload, ask)
  console.log(`${wanted}:\n\n${hotTable(hot)}`)
  await session.close()
}

async function profileAsk(session: Session, workload: QueryWorkload, ask: string): Promise<Hot[]> {
  await fill(session, workload)
  await session.settle?.()
  const run = ask === 'lookup' ? () => session.lookup?.('SKU-42') : runOf(session, ask)
  if (run === undefined) throw new Error(`annals does not offer ${ask}`)
  await timeOf(run, BUDGET)
  return profiled(async () => console.log(`${((await timeOf(run, BUDGET)) * 1_000).toFixed(1)} us each`))
}

async function fill(session: Session, { data }: QueryWorkload): Promise<void> {
  for (const part of makeData(data)) await session.import(part)
}

async function profiled(work: () => MaybePromise<void>): Promise<Hot[]> {
  const inspector = new Inspector()
  inspector.connect()
  await inspector.post('Profiler.enable')
  await inspector.post('Profiler.setSamplingInterval', { interval: INTERVAL_US })
  await inspector.post('Profiler.start')
  await work()
  const { profile } = await inspector.post('Profiler.stop')
  inspector.disconnect()
  return hottest(profile)
}

const hotTable = (hot: readonly Hot[]): string =>
  table(
    ['function', 'share'],
    hot.slice(0, SHOWN).map(({ name, share }) => [name, `${(share * 100).toFixed(1)} %`]),
  )

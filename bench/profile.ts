// Where annals spends its time: `npm run bench -- --profile "q4 100k"`, for a query workload by its name, or `transactions` (a
// thousand at once, over and over), in Node on memory.
import { Session as Inspector } from 'node:inspector/promises'
import { makeData } from './data/data.ts'
import { items } from './data/inventory.ts'
import { runOf } from './jobs/run-of.ts'
import { type Hot, hottest } from './measure/hottest.ts'
import { timeOf } from './measure/time-of.ts'
import { table } from './report/tables.ts'
import { annalsIn } from './systems/annals-states.ts'
import type { MaybePromise, Session } from './systems/system.ts'
import { figureName, QUERY_WORKLOADS, type QueryWorkload } from './workloads/queries.ts'

const BUDGET = { warmMs: 1_000, timedMs: 3_000 }
const INTERVAL_US = 100
const SHOWN = 15
const TRANSACTIONS = 'transactions'
const AT_ONCE = 1_000
/** How often so many are made. */
const TIMES = 10

/** Prints the functions in which most of the time of a workload is spent. Throws a TypeError for one that is not known. */
export async function profile(wanted: string): Promise<void> {
  const known = QUERY_WORKLOADS.flatMap((workload) =>
    workload.asks.map((ask) => ({ workload, ask, name: figureName(ask, workload.suffix) })),
  )
  const found = known.find(({ name }) => name === wanted)
  if (wanted === TRANSACTIONS) return show(wanted, await profileTransactions())
  if (found === undefined) {
    throw new TypeError(`--profile knows ${[TRANSACTIONS, ...known.map(({ name }) => name)].join(', ')}`)
  }
  const { workload, ask } = found
  const session = await open()
  const hot = ask === 'add' ? await profiled(() => fill(session, workload)) : await profileAsk(session, workload, ask)
  show(wanted, hot)
  await session.close()
}

const open = async (): Promise<Session> => annalsIn('segments').open({ name: 'profile', countIndexed: false })

async function profileTransactions(): Promise<Hot[]> {
  const session = await open()
  const rows = items(AT_ONCE * TIMES)
  await session.import({ kind: 'items', items: rows })
  await session.settle?.()
  const all = async (from: number): Promise<void> => {
    for (let i = 0; i < TIMES; i++) {
      const some = rows.slice(i * AT_ONCE, (i + 1) * AT_ONCE)
      await Promise.all(some.map(({ sku }, place) => session.update?.(sku, from - place)))
    }
  }
  await all(-1)
  const hot = await profiled(async () => {
    const start = performance.now()
    await all(-1 - AT_ONCE)
    console.log(`${(((performance.now() - start) / rows.length) * 1_000).toFixed(1)} us each`)
  })
  await session.close()
  return hot
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

function show(wanted: string, hot: readonly Hot[]): void {
  const rows = hot.slice(0, SHOWN).map(({ name, share }) => [name, `${(share * 100).toFixed(1)} %`])
  console.log(`${wanted}:\n\n${table(['function', 'share'], rows)}`)
}

import { makeData } from '../data/data.ts'
import { type Item, skuOf } from '../data/inventory.ts'
import { digest, nestedDigest } from '../measure/digest.ts'
import { timeOf } from '../measure/time-of.ts'
import type { Adapter, Answer, MaybePromise, Session } from '../systems/system.ts'
import { FOLLOWS, figureName, PULLS, QUERIES } from '../workloads/queries.ts'
import type { Failure, Figure, JobResult, QueriesJob } from './job.ts'
import { messageOf } from './message-of.ts'
import { runOf } from './run-of.ts'
import { weigh } from './weigh.ts'

/** Lookups in one timed call, so that every one of them is for another item. */
const LOOKUPS = 1_000
/** Of the items' numbers, so that lookups jump about. */
const STRIDE = 7_919

/** Imports the data, and then checks and times what is asked of it. */
export async function runQueries(adapter: Adapter, job: QueriesJob): Promise<JobResult> {
  const data = makeData(job.data)
  const figures: Figure[] = []
  const add = (ask: string, value: number) => figures.push({ name: figureName(ask, job.suffix), value })

  const session = await adapter.open({ name: 'queries', countIndexed: false })
  const start = performance.now()
  for (const part of data) await session.import(part)
  const imported = performance.now() - start
  await session.settle?.()
  if (job.asks.includes('add')) add('add', imported)

  const items = data.find((part) => part.kind === 'items')?.items ?? []
  const failures: Failure[] = []
  for (const ask of job.asks) {
    if (ask === 'add') continue
    try {
      add(ask, ask === 'lookup' ? await timeLookups(session, items, job) : await timeQuery(session, ask, job))
    } catch (error) {
      failures.push({ name: figureName(ask, job.suffix), message: messageOf(error) })
    }
  }
  if (job.asks.includes('add')) figures.push(...(await weigh(adapter, data, job)))
  await session.close()
  return { figures, failures }
}

async function timeQuery(session: Session, ask: string, job: QueriesJob): Promise<number> {
  const run = runOf(session, ask)
  if (run === undefined) throw new Error('this system does not offer it')
  const found = await digestOf(session, ask, run)
  if (found !== job.expected[ask]) throw new Error(`it gives ${found}, but everybody else ${job.expected[ask]}`)
  return timeOf(run, job.budget)
}

export async function digestOf(session: Session, ask: string, run: () => MaybePromise<unknown>): Promise<string> {
  if (Object.hasOwn(PULLS, ask)) return nestedDigest(await run())
  const { entities } = ask === 'rules' ? FOLLOWS : (QUERIES[ask] ?? { entities: [] })
  const places = await session.places?.()
  return digest((await run()) as Answer, entities, places ?? ((entity) => entity))
}

/** Milliseconds for one lookup. */
async function timeLookups(session: Session, items: readonly Item[], job: QueriesJob): Promise<number> {
  const lookup = session.lookup?.bind(session)
  if (lookup === undefined) throw new Error('this system does not offer it')
  const places = Array.from({ length: LOOKUPS }, (_, i) => (i * STRIDE) % items.length)
  const skus = places.map(skuOf)
  for (const place of places) {
    const found = await lookup(skuOf(place))
    if (found !== items[place]?.count) throw new Error(`${skuOf(place)}: found ${found}, wanted ${items[place]?.count}`)
  }
  const waits = lookup(skus[0] ?? '') instanceof Promise
  const all = waits
    ? async () => {
        for (const sku of skus) await lookup(sku)
      }
    : () => {
        for (const sku of skus) lookup(sku)
      }
  return (await timeOf(all, job.budget)) / LOOKUPS
}

import { type Data, FACTS_PER_ROW, makeData } from '../data/data.ts'
import { skuOf } from '../data/inventory.ts'
import { digest, nestedDigest } from '../measure/digest.ts'
import { timeOf } from '../measure/time-of.ts'
import type { Adapter, Answer, MaybePromise, Session } from '../systems/system.ts'
import { FOLLOWS, figureName, PULLS, QUERIES } from '../workloads/queries.ts'
import type { Failure, Figure, JobResult, QueriesJob } from './job.ts'
import { messageOf } from './message-of.ts'

/** Lookups in one timed call, so that every one of them is for another item. */
const LOOKUPS = 1_000
/** Of the items' numbers, so that lookups jump about. */
const STRIDE = 7_919

/** Imports the data, and then checks and times what is asked of it. */
export async function runQueries(adapter: Adapter, job: QueriesJob): Promise<JobResult> {
  const data = makeData(job.data)
  const figures: Figure[] = []
  const add = (ask: string, value: number) => figures.push({ name: figureName(ask, job.suffix), value })

  const before = heapBytes()
  const session = await adapter.open({ name: 'queries', countIndexed: false })
  const start = performance.now()
  for (const part of data) await session.import(part)
  const imported = performance.now() - start
  await session.settle?.()
  const facts = job.asks.includes('add') ? factsIn(data) : 0
  const weigh = (name: string) => {
    const now = heapBytes()
    if (facts > 0 && before !== undefined && now !== undefined) add(name, (now - before) / facts)
  }
  if (job.asks.includes('add')) add('add', imported)
  weigh('bytes per fact')

  const items = data.find((part) => part.kind === 'items')?.items.length ?? 0
  const failures: Failure[] = []
  for (const ask of job.asks) {
    if (ask === 'add') continue
    try {
      add(ask, ask === 'lookup' ? await timeLookups(session, items, job) : await timeQuery(session, ask, job))
    } catch (error) {
      failures.push({ name: figureName(ask, job.suffix), message: messageOf(error) })
    }
  }
  weigh('bytes per fact, all read')
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

/** Makes a query or pull ready; undefined where the system does not offer it. */
export function runOf(session: Session, ask: string): (() => MaybePromise<unknown>) | undefined {
  if (ask === 'rules') return session.rules?.()
  return Object.hasOwn(PULLS, ask) ? session.pulls?.(ask) : session.joins?.(ask)
}

export async function digestOf(session: Session, ask: string, run: () => MaybePromise<unknown>): Promise<string> {
  if (Object.hasOwn(PULLS, ask)) return nestedDigest(await run())
  const { entities } = ask === 'rules' ? FOLLOWS : (QUERIES[ask] ?? { entities: [] })
  const places = await session.places?.()
  return digest((await run()) as Answer, entities, places ?? ((entity) => entity))
}

/** Milliseconds for one lookup. */
async function timeLookups(session: Session, items: number, job: QueriesJob): Promise<number> {
  const lookup = session.lookup?.bind(session)
  if (lookup === undefined) throw new Error('this system does not offer it')
  const skus = Array.from({ length: LOOKUPS }, (_, i) => skuOf((i * STRIDE) % items))
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

/** Bytes that this process holds after a collection; undefined where that cannot be asked. */
function heapBytes(): number | undefined {
  const { gc, process } = globalThis as { gc?: () => void; process?: NodeJS.Process }
  if (gc === undefined || process === undefined) return undefined
  gc()
  gc() // the first finds the arrays that nobody holds, their memory is given back with the second
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const factsIn = (data: readonly Data[]): number =>
  data.reduce((sum, part) => sum + (part.kind === 'people' ? part.people.length * FACTS_PER_ROW : 0), 0)

// Storage workloads: S1 import (job 'import'; S5, the bytes on disk, are weighed after it), S3 small transactions one after
// another, S4 many at once (job 'write'), S2 cold open and first lookup, S7 many lookups, S8 a walk over all (job 'cold'; S6,
// the memory, is weighed after it).
import { items, orders, skuOf } from '../data/inventory.ts'
import { randomFrom, shuffled } from '../data/random.ts'
import { median, quantile } from '../measure/statistics.ts'
import type { Adapter, Session } from '../systems/system.ts'
import type { ColdJob, Figure, ImportJob, JobResult, WriteJob } from './job.ts'

/** Transactions of S3, or as many as its time allows. */
const SERIAL = 300
const SERIAL_MS = 2_000
/** Transactions of S4: fewer, but at least FEWEST, for a system so slow that they would take longer than CONCURRENT_MS. */
const CONCURRENT = 1_000
const CONCURRENT_MS = 2_000
/** The same of those that warm up, before the ones that are timed. */
const CONCURRENT_WARM_MS = 500
const FEWEST = 20
/** Untimed transactions before the first that counts. */
const WARM = 20
/** Lookups of S7, or as many as its time allows. */
const LOOKUPS = 10_000
const LOOKUPS_MS = 1_000
/** Of S8: every hundredth item has so low a count. */
const LOW = 10
/** Keeps what a cold open holds in memory from being collected before it is weighed. */
const held: Session[] = []

const openIn = (adapter: Adapter, name: string) => adapter.open({ name, countIndexed: false })

export async function runImport(adapter: Adapter, job: ImportJob): Promise<JobResult> {
  const rows = items(job.items)
  const session = await openIn(adapter, job.database)
  const start = performance.now()
  await session.import({ kind: 'items', items: rows })
  const end = performance.now()
  for (const place of [0, Math.floor(job.items / 2), job.items - 1]) {
    await expectCount(session, skuOf(place), rows[place]?.count)
  }
  const settled = await session.settle?.()
  await session.close()
  const figures: Figure[] = [{ name: 'S1 import', value: (end - start) / job.items }]
  if (settled !== undefined) figures.push({ name: 'S1 indexed', value: (Math.max(end, settled) - start) / job.items })
  return { figures }
}

export async function runWrite(adapter: Adapter, job: WriteJob): Promise<JobResult> {
  const session = await openIn(adapter, job.database)
  const update = session.update?.bind(session)
  if (update === undefined) throw new Error('this system does not offer it')
  const order = shuffled(randomFrom(4), job.items)
  const written: [string, number][] = []
  const write = (): Promise<void> => {
    const n = written.length
    const sku = skuOf(order[n % order.length] as number)
    // Below every count of the data, so that no update says what is there already.
    const count = -1 - n
    written.push([sku, count])
    return Promise.resolve(update(sku, count))
  }

  for (let i = 0; i < WARM; i++) await write()
  const times: number[] = []
  const serial = performance.now()
  while (times.length < SERIAL && (times.length < 5 || performance.now() - serial < SERIAL_MS)) {
    const start = performance.now()
    await write()
    times.push(performance.now() - start)
  }
  // No item twice at once: some peers would refuse that, others would not.
  const most = Math.min(CONCURRENT, job.items / 2)
  const fitting = (ms: number): number => Math.min(most, Math.max(FEWEST, Math.floor(ms / median(times))))
  const atOnce = (n: number): Promise<unknown> => Promise.all(Array.from({ length: n }, write))
  await atOnce(fitting(CONCURRENT_WARM_MS))
  const n = fitting(CONCURRENT_MS)
  const start = performance.now()
  await atOnce(n)
  const perSecond = (n / (performance.now() - start)) * 1_000

  if (job.orders > 0) await session.import({ kind: 'orders', orders: orders(job.orders, job.items) })
  await session.settle?.()
  await session.close()
  return {
    figures: [
      { name: 'S3 p50', value: median(times) },
      { name: 'S3 p99', value: quantile(times, 0.99) },
      { name: 'S4 concurrent', value: perSecond },
    ],
    written: [...new Map(written)],
  }
}

export async function runCold(adapter: Adapter, job: ColdJob): Promise<JobResult> {
  const start = performance.now()
  const session = await openIn(adapter, job.database)
  const count = await session.lookup?.(skuOf(job.items - 1))
  const took = performance.now() - start
  held.push(session)
  const counts = countsOf(job)
  if (count === undefined) {
    // Nothing is there any more: all that was acknowledged is lost.
    return { figures: [{ name: 'S acknowledged, then lost', value: Math.max(job.written.length, 1) }] }
  }
  let lost = 0
  for (const [sku, acknowledged] of job.written) if ((await session.lookup?.(sku)) !== acknowledged) lost++
  const figures: Figure[] = [
    { name: 'S2 cold open', value: took },
    { name: 'S acknowledged, then lost', value: lost },
    { name: 'S7 lookups', value: await timeLookups(session, counts) },
  ]
  if (session.countBelow) figures.push({ name: 'S8 walk', value: await timeWalk(session, counts) })
  return { figures }
}

/** What every item's count must be after the writes, by its place. */
function countsOf({ items: itemCount, written }: ColdJob): number[] {
  const changed = new Map(written)
  return items(itemCount).map(({ sku, count }) => changed.get(sku) ?? count)
}

/** Milliseconds for one lookup after another, all over the items; what they gave is compared afterwards: asking before would warm them up. */
async function timeLookups(session: Session, counts: readonly number[]): Promise<number> {
  const order = shuffled(randomFrom(6), counts.length)
  const found: (number | undefined)[] = []
  const start = performance.now()
  let n = 0
  while (n < LOOKUPS && performance.now() - start < LOOKUPS_MS) {
    found.push(await session.lookup?.(skuOf(order[n++ % counts.length] as number)))
  }
  const took = performance.now() - start
  for (const [i, count] of found.entries()) {
    const place = order[i % counts.length] as number
    if (count !== counts[place]) throw new Error(`${skuOf(place)}: found count ${count}, wanted ${counts[place]}`)
  }
  return took / n
}

/** Milliseconds for the first walk over all items. */
async function timeWalk(session: Session, counts: readonly number[]): Promise<number> {
  const wanted = counts.reduce((sum, count) => sum + Number(count < LOW), 0)
  const start = performance.now()
  const found = await session.countBelow?.(LOW)
  const took = performance.now() - start
  if (found !== wanted) throw new Error(`${found} items have a count below ${LOW}, wanted ${wanted}`)
  return took
}

async function expectCount(session: Session, sku: string, wanted: number | undefined): Promise<void> {
  const found = await session.lookup?.(sku)
  if (found !== wanted) throw new Error(`${sku}: found count ${found}, wanted ${wanted}`)
}

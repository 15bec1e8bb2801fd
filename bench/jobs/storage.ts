// Storage workloads: S1 import (job 'import'; S5, the bytes on disk, are weighed after it), S3 small transactions one after
// another, S4 many at once (job 'write'), S2 cold open and first lookup (job 'cold'; S6, the memory, is weighed after it).
import { items, orders, skuOf } from '../data/inventory.ts'
import { randomFrom, shuffled } from '../data/random.ts'
import { median, quantile } from '../measure/statistics.ts'
import type { Adapter, OpenOptions, Session } from '../systems/system.ts'
import type { ColdJob, ImportJob, JobResult, WriteJob } from './job.ts'

const PLACE: OpenOptions = { name: 'storage', countIndexed: false }
/** Transactions of S3, or as many as its time allows. */
const SERIAL = 300
const SERIAL_MS = 5_000
/** Transactions of S4: fewer, but at least FEWEST, for a system so slow that they would take longer than CONCURRENT_MS. */
const CONCURRENT = 1_000
const CONCURRENT_MS = 5_000
const FEWEST = 20
/** Untimed transactions before the first that counts. */
const WARM = 20
/** Keeps what a cold open holds in memory from being collected before it is weighed. */
const held: Session[] = []

export async function runImport(adapter: Adapter, job: ImportJob): Promise<JobResult> {
  const rows = items(job.items)
  const session = await adapter.open(PLACE)
  const start = performance.now()
  await session.import({ kind: 'items', items: rows })
  const perItem = (performance.now() - start) / job.items
  for (const place of [0, Math.floor(job.items / 2), job.items - 1]) {
    await expectCount(session, skuOf(place), rows[place]?.count)
  }
  await session.close()
  return { figures: [{ name: 'S1 import', value: perItem }] }
}

export async function runWrite(adapter: Adapter, job: WriteJob): Promise<JobResult> {
  const session = await adapter.open(PLACE)
  const update = session.update?.bind(session)
  if (update === undefined) throw new Error('this system has no update')
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
  const wanted = Math.floor(CONCURRENT_MS / median(times))
  const n = Math.min(CONCURRENT, Math.max(FEWEST, wanted))
  const start = performance.now()
  await Promise.all(Array.from({ length: n }, write))
  const perSecond = (n / (performance.now() - start)) * 1_000

  if (job.orders > 0) await session.import({ kind: 'orders', orders: orders(job.orders, job.items) })
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
  const session = await adapter.open(PLACE)
  const count = await session.lookup?.(skuOf(job.items - 1))
  const took = performance.now() - start
  held.push(session)
  if (count === undefined) throw new Error(`${skuOf(job.items - 1)} is not there after a restart`)
  let lost = 0
  for (const [sku, acknowledged] of job.written) if ((await session.lookup?.(sku)) !== acknowledged) lost++
  return {
    figures: [
      { name: 'S2 cold open', value: took },
      { name: 'S acknowledged, then lost', value: lost },
    ],
  }
}

async function expectCount(session: Session, sku: string, wanted: number | undefined): Promise<void> {
  const found = await session.lookup?.(sku)
  if (found !== wanted) throw new Error(`${sku}: found count ${found}, wanted ${wanted}`)
}

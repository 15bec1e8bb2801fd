// L: the 50 items of lowest stock, from the call of a write to the callback that shows it: with no other live query, and with
// a hundred. `L write` is the same write while nothing is live.
import { items, skuOf } from '../data/inventory.ts'
import { randomFrom, shuffled } from '../data/random.ts'
import { median, quantile } from '../measure/statistics.ts'
import type { Adapter, Session, StockRow } from '../systems/system.ts'
import type { Figure, JobResult, LiveJob } from './job.ts'

const LIMIT = 50
/** Live queries that are open beside the one that is timed. */
const OTHERS = 100
/** Untimed writes before the first that counts. */
const WARM = 10
const PATIENCE_MS = 10_000
/** Time after which no further write is begun. */
const ENOUGH_MS = 1_500

export async function runLive(adapter: Adapter, job: LiveJob): Promise<JobResult> {
  const rows = items(job.items)
  const session = await adapter.open({ name: 'live', countIndexed: true })
  await session.import({ kind: 'items', items: rows })
  await session.settle?.()
  const stock = new Stock(session, job.items)
  const counts = new Map(rows.map(({ sku, count }) => [sku, count]))

  const alone = await timed(job.writes, () => stock.write(counts))
  const shown = new Shown()
  const stop = await session.live?.(LIMIT, (next) => shown.next(next))
  if (stop === undefined) throw new Error('this system does not offer it')
  await shown.until((now) => now.length === LIMIT)
  const write = (): Promise<number> => stock.writeAndSee(counts, shown)
  const times = await timed(job.writes, write)
  const figures: Figure[] = [
    { name: 'L write', value: median(alone) },
    { name: 'L p50', value: median(times) },
    { name: 'L p99', value: quantile(times, 0.99) },
  ]
  if (session.watch) {
    let heard = 0
    for (let i = 0; i < OTHERS; i++) session.watch(skuOf(i), () => heard++)
    await until(() => heard >= OTHERS)
    figures.push({ name: 'L100 p50', value: median(await timed(job.writes, write)) })
  }

  const wanted = [...counts.values()].sort((a, b) => a - b).slice(0, LIMIT)
  const found = shown.rows.map(({ count }) => count)
  if (found.join() !== wanted.join()) throw new Error(`the live query shows ${found}, wanted ${wanted}`)
  await stop()
  await session.close()
  return { figures }
}

/** Writes counts that are lower than any before, so that the item comes to the head of the answer. */
class Stock {
  private written = 0
  private readonly order: Int32Array

  constructor(
    private readonly session: Session,
    private readonly items: number,
  ) {
    this.order = shuffled(randomFrom(5), items)
  }

  /** Milliseconds until the write is acknowledged. */
  async write(counts: Map<string, number>): Promise<number> {
    const start = performance.now()
    await this.next(counts).done
    return performance.now() - start
  }

  /** Milliseconds until the write is seen; resolves when it is acknowledged too. */
  async writeAndSee(counts: Map<string, number>, shown: Shown): Promise<number> {
    const start = performance.now()
    const { count, done } = this.next(counts)
    await shown.until(([first]) => first?.count === count)
    const took = performance.now() - start
    await done
    return took
  }

  private next(counts: Map<string, number>): { count: number; done: Promise<void> | void | undefined } {
    const sku = skuOf(this.order[this.written % this.items] as number)
    const count = -1 - this.written++
    counts.set(sku, count)
    return { count, done: this.session.update?.(sku, count) }
  }
}

/** What the live query shows. */
class Shown {
  rows: readonly StockRow[] = []
  private seen: () => void = () => undefined

  next(rows: readonly StockRow[]): void {
    this.rows = rows
    this.seen()
  }

  until(wanted: (rows: readonly StockRow[]) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('no callback showed the write')), PATIENCE_MS)
      this.seen = () => {
        if (!wanted(this.rows)) return
        clearTimeout(late)
        this.seen = () => undefined
        resolve()
      }
      this.seen()
    })
  }
}

/** What `once` returns, so many times, or as often as there is time; the first few are dropped. */
async function timed(n: number, once: () => Promise<number>): Promise<number[]> {
  for (let i = 0; i < WARM; i++) await once()
  const times: number[] = []
  const began = performance.now()
  while (times.length < n && (times.length < 5 || performance.now() - began < ENOUGH_MS)) times.push(await once())
  return times
}

async function until(reached: () => boolean): Promise<void> {
  const began = performance.now()
  while (!reached()) {
    if (performance.now() - began > PATIENCE_MS) throw new Error('the other live queries do not answer')
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

// L: the 50 items of lowest stock, from the call of a write to the callback that shows it.
import { items, skuOf } from '../data/inventory.ts'
import { randomFrom, shuffled } from '../data/random.ts'
import { median, quantile } from '../measure/statistics.ts'
import type { Adapter, StockRow } from '../systems/system.ts'
import type { JobResult, LiveJob } from './job.ts'

const LIMIT = 50
/** Untimed writes before the first that counts. */
const WARM = 10
const PATIENCE_MS = 10_000
/** Time after which no further write is begun. */
const ENOUGH_MS = 5_000

export async function runLive(adapter: Adapter, job: LiveJob): Promise<JobResult> {
  const rows = items(job.items)
  const session = await adapter.open({ name: 'live', countIndexed: true })
  await session.import({ kind: 'items', items: rows })

  let shown: readonly StockRow[] = []
  let seen: () => void = () => undefined
  const stop = await session.live?.(LIMIT, (next) => {
    shown = next
    seen()
  })
  if (stop === undefined) throw new Error('this system has no live query')
  const shows = (wanted: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('no callback showed the write')), PATIENCE_MS)
      seen = () => {
        if (!wanted()) return
        clearTimeout(late)
        seen = () => undefined
        resolve()
      }
      seen()
    })
  await shows(() => shown.length === LIMIT)

  const current = new Map(rows.map(({ sku, count }) => [sku, count]))
  const order = shuffled(randomFrom(5), job.items)
  const times: number[] = []
  const began = performance.now()
  for (let i = 0; i < WARM + job.writes; i++) {
    // Lower than any count so far: the item comes to the head of the answer.
    const count = -1 - i
    const sku = skuOf(order[i % order.length] as number)
    current.set(sku, count)
    const start = performance.now()
    const done = session.update?.(sku, count)
    await shows(() => shown[0]?.count === count)
    if (i >= WARM) times.push(performance.now() - start)
    await done
    if (times.length >= 5 && performance.now() - began > ENOUGH_MS) break
  }
  const wanted = [...current.values()].sort((a, b) => a - b).slice(0, LIMIT)
  const found = shown.map(({ count }) => count)
  if (found.join() !== wanted.join()) throw new Error(`the live query shows ${found}, wanted ${wanted}`)
  await stop()
  await session.close()
  return {
    figures: [
      { name: 'L p50', value: median(times) },
      { name: 'L p99', value: quantile(times, 0.99) },
    ],
  }
}

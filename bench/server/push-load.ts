import { createSyncHandler } from '../../src/server/handler.ts'
import type { RemoteStorage } from '../../src/storage/port.ts'
import { type Speaker, speaker } from '../../test/support/speaker.ts'
import { SCHEMA } from '../../test/support/sync-world.ts'
import { quantile } from './quantile.ts'

export interface Load {
  readonly clients: number
  /** Transactions in one push. */
  readonly batch: number
}

export interface Rate {
  /** Confirmed transactions a second. */
  readonly perSecond: number
  /** Milliseconds from push to answer. */
  readonly p50: number
  readonly p99: number
  /** Milliseconds of processor time, of server and clients, a transaction: that depends less on what else goes on. */
  readonly cpuMs: number
}

/** Each client pushes, waits for the answer and pushes again, for `seconds`; the handler is called in this process, without HTTP. */
export async function pushLoad(storage: RemoteStorage, { clients, batch }: Load, seconds: number): Promise<Rate> {
  const handler = createSyncHandler({ storage, rate: false })
  try {
    const first = await speaker(handler)
    await first.push([first.entry(SCHEMA)])
    const speakers = await Promise.all(Array.from({ length: clients }, () => speaker(handler)))
    await run(speakers, batch, seconds / 4) // warm
    return await run(speakers, batch, seconds)
  } finally {
    await handler.close()
  }
}

async function run(speakers: readonly Speaker[], batch: number, seconds: number): Promise<Rate> {
  const times: number[] = []
  const cpu = process.cpuUsage()
  const start = performance.now()
  const end = start + seconds * 1000
  const client = async (s: Speaker): Promise<void> => {
    while (performance.now() < end) {
      const entries = Array.from({ length: batch }, () => s.entry([{ 'inv/sku': crypto.randomUUID(), 'inv/count': 1 }]))
      const sent = performance.now()
      const answer = await s.push(entries)
      times.push(performance.now() - sent)
      if (answer.kind !== 'answers' || answer.outcomes.some(({ status }) => status !== 'confirmed'))
        throw new Error(`not confirmed: ${JSON.stringify(answer)}`)
      s.prev = entries.at(-1)?.txid as string
    }
  }
  await Promise.all(speakers.map(client))
  const elapsed = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const done = times.length * batch
  const cpuMs = (user + system) / 1000 / done
  return { perSecond: done / elapsed, p50: quantile(times, 0.5), p99: quantile(times, 0.99), cpuMs }
}

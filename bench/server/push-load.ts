import { createSyncHandler } from '../../src/server/handler.ts'
import type { RemoteStorage } from '../../src/storage/port.ts'
import { type Speaker, speaker } from '../../test/support/speaker.ts'
import { SCHEMA } from '../../test/support/sync-world.ts'

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
}

/** Each client pushes, waits for the answer and pushes again, for `seconds`; the handler is called in this process, without HTTP. */
export async function pushLoad(storage: RemoteStorage, { clients, batch }: Load, seconds: number): Promise<Rate> {
  const handler = createSyncHandler({ storage })
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
  times.sort((a, b) => a - b)
  const at = (q: number): number => times[Math.min(times.length - 1, Math.floor(times.length * q))] ?? Number.NaN
  return { perSecond: (times.length * batch) / elapsed, p50: at(0.5), p99: at(0.99) }
}

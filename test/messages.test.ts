import { afterEach, describe, expect, it } from 'vitest'
import { type Connection, connect, defineSchema } from '../src/index.ts'
import { channelWorker, openIn } from './support/channel-worker.ts'

const schema = defineSchema({ 'inv/sku': { type: 'string', unique: 'identity' }, 'inv/count': { type: 'long' } })
const seventh = '[:find ?sku . :where [?e :inv/sku ?sku] [?e :inv/count 7]]'
const item = (i: number): object => ({ 'inv/sku': `SKU-${i}`, 'inv/count': i })
const MANY = 1000
/** Messages one way beside calls and answers: what has changed, that it was heard, what is released. */
const BESIDE = 2

let sent = 0
let heard = 0
/** Counts the messages that cross, each way. */
function countedWorker(): Worker {
  const worker = channelWorker(openIn())
  const post = worker.postMessage.bind(worker) as (message: unknown, transfer: Transferable[]) => void
  worker.addEventListener('message', () => heard++)
  return Object.assign(worker, {
    postMessage: (message: unknown, transfer: Transferable[]) => {
      sent++
      post(message, transfer)
    },
  })
}

let conn: Connection
async function shop(): Promise<void> {
  conn = await connect('shop', { schema, worker: countedWorker })
  sent = 0
  heard = 0
}
afterEach(() => conn.close())

describe('what is called in one turn', () => {
  it('crosses as one message, and so do its answers', async () => {
    await shop()
    const reports = await Promise.all(Array.from({ length: MANY }, (_, i) => conn.transact([item(i)])))
    const [first] = reports
    expect(reports.map(({ t }) => t)).toEqual(Array.from({ length: MANY }, (_, i) => (first?.t ?? 0) + i))
    expect(sent).toBeLessThanOrEqual(1 + BESIDE)
    expect(heard).toBeLessThanOrEqual(1 + BESIDE)

    sent = 0
    heard = 0
    const answers = await Promise.all(Array.from({ length: MANY }, () => conn.db().q(seventh)))
    expect(answers).toEqual(Array(MANY).fill('SKU-7'))
    expect(sent).toBeLessThanOrEqual(1 + BESIDE)
    expect(heard).toBeLessThanOrEqual(1 + BESIDE)
  })

  it('or as soon as it was answered crosses with the word that the answer came, and what it brings with the answer', async () => {
    await shop()
    const low = conn.live<readonly string[]>(
      '[:find [?sku ...] :where [?e :inv/sku ?sku] [?e :inv/count ?n] [(< ?n 5)]]',
    )
    const seen = new Promise<void>((resolve) => low.subscribe(resolve))
    await conn.transact([item(0)])
    await seen
    sent = 0
    heard = 0
    for (let i = 1; i < 10; i++) {
      await conn.transact([item(i)])
      const { data } = low.getSnapshot() as { data: readonly string[] }
      expect(data).toHaveLength(Math.min(i + 1, 5))
    }
    expect(sent).toBeLessThanOrEqual(9 + BESIDE)
    expect(heard).toBeLessThanOrEqual(9 + BESIDE)
  })

  it('is done in the order of the calls, whatever kind they are', async () => {
    await shop()
    const calls = [conn.transact([item(7)]), conn.db().q(seventh), conn.transact([item(8)]), conn.stats()]
    const settled: number[] = []
    await Promise.all(calls.map((call, i) => (call as Promise<unknown>).then(() => settled.push(i))))
    expect(settled.filter((i) => i % 2 === 0)).toEqual([0, 2])
    expect(await conn.db().q(seventh)).toBe('SKU-7')
  })

  it('does not suffer from one among it that cannot cross', async () => {
    await shop()
    const calls = [conn.transact([item(7)]), conn.transact([{ 'inv/sku': () => 'a' }]), conn.transact([item(8)])]
    const [one, refused, other] = await Promise.allSettled(calls)
    expect([one?.status, other?.status]).toEqual(['fulfilled', 'fulfilled'])
    expect(refused).toMatchObject({ reason: { code: 'client/bad-option', data: { op: 'transact' } } })
  })
})

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { memory } from '../src/engine.ts'
import { type Connection, connect } from '../src/index.ts'
import { channelWorker, openIn } from './support/channel-worker.ts'

const schema = { 'inv/sku': { type: 'string', unique: 'identity' } } as const
const skus = '[:find [?sku ...] :where [_ :inv/sku ?sku]]'
const item = (sku: string): object => ({ 'inv/sku': sku })

let open: Connection[] = []
async function shop(worker: () => Worker = () => channelWorker(openIn())): Promise<Connection> {
  const conn = await connect('shop', { schema, worker })
  open.push(conn)
  return conn
}
afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(open.map((conn) => conn.close()))
  open = []
})

describe('a worker without locks', () => {
  it('is dead when it answers no ping for half a minute', async () => {
    vi.useFakeTimers()
    const openDatabase = vi.fn(openIn())
    const workers: Worker[] = []
    const conn = await shop(() => {
      const worker = channelWorker(openDatabase)
      workers.push(worker)
      return worker
    })
    await conn.transact([item('a')])
    workers[0]?.terminate()
    const refused = expect(conn.stats()).rejects.toMatchObject({ code: 'client/worker-died' })
    await vi.advanceTimersByTimeAsync(41_000)
    await refused
    expect(await conn.db().q(skus)).toEqual(['a'])
    await vi.advanceTimersByTimeAsync(1000)
    expect(workers.length).toBe(2)
    expect(openDatabase).toHaveBeenCalledTimes(2)
  })

  it('is missed, and tried again and again, when the next does not start', async () => {
    vi.useFakeTimers()
    const storage = memory()
    const workers: Worker[] = []
    let forbidden = false
    const conn = await shop(() => {
      if (forbidden) throw new Error('forbidden')
      workers.push(channelWorker(openIn(storage)))
      return workers.at(-1) as Worker
    })
    const heard = vi.fn()
    conn.health.subscribe(heard)
    forbidden = true
    workers[0]?.terminate()
    await vi.advanceTimersByTimeAsync(41_000)
    await expect(conn.transact([item('a')])).rejects.toMatchObject({ code: 'client/worker-failed' })
    expect(heard).toHaveBeenCalled()
    expect(conn.health.getSnapshot().at(-1)).toMatchObject({ code: 'client/worker-failed' })
    forbidden = false
    // Messages take real time: a clock that runs ahead of them would declare the new worker late.
    for (let s = 0; s < 31 && workers.length < 2; s++) await vi.advanceTimersByTimeAsync(1000)
    vi.useRealTimers()
    await conn.transact([item('a')])
    expect(workers.length).toBe(2)
  })
})

describe('a value', () => {
  it('is asked again at its basis once the worker keeps it no more, if it was not speculative', async () => {
    const conn = await shop()
    const { dbAfter } = await conn.transact([item('a')])
    const speculative = await dbAfter.with([item('s')])
    const newest = conn.db()
    for (let i = 0; i < 300; i++) await dbAfter.with([item(`s${i}`)])
    expect(await newest.q(skus)).toEqual(['a'])
    for (let i = 0; i < 150; i++) await conn.transact([item(`b${i}`)])
    expect(await dbAfter.q(skus)).toEqual(['a'])
    expect(await dbAfter.asOf(dbAfter.basisT - 1).q(skus)).toEqual([])
    await expect(speculative.dbAfter.q(skus)).rejects.toMatchObject({ code: 'db/gone' })
  })

  it('is released when the page has let go of it', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const storage = memory()
    const sent: unknown[] = []
    const conn = await shop(() => {
      const worker = channelWorker(openIn(storage))
      const post = worker.postMessage.bind(worker)
      return Object.assign(worker, {
        postMessage: (messages: readonly { argumentList?: { value: unknown }[] }[], transfer: Transferable[]) => {
          for (const { argumentList = [] } of messages) {
            const [op, args] = argumentList.map(({ value }) => value)
            if (op === 'release') sent.push(...((args as unknown[])[0] as number[]))
          }
          post(messages, transfer)
        },
      })
    })
    for (let i = 0; i < 10; i++) await conn.transact([item(`a${i}`)])
    await vi.waitFor(() => {
      collect()
      expect(new Set(sent).size).toBeGreaterThanOrEqual(25)
    })
    expect(await conn.db().q<string[]>(skus)).toHaveLength(10)
  })
})

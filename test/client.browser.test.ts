import { type Connection, connect, defineSchema } from 'annals'
import { afterEach, describe, expect, it } from 'vitest'
import { Leadership } from '../src/client/serve/leadership.ts'

const schema = defineSchema({
  'inv/sku': { type: 'string', unique: 'identity' },
  'inv/count': { type: 'long' },
})
const counts = '[:find ?sku ?n :where [?e :inv/sku ?sku] [?e :inv/count ?n]]'
const item = (sku: string, count: number): object => ({ 'inv/sku': sku, 'inv/count': count })

let workers: Worker[] = []
let open: Connection[] = []
const startWorker = (): Worker => {
  const worker = new Worker(new URL('../worker/index.ts', import.meta.url), { type: 'module' })
  workers.push(worker)
  return worker
}
async function shop(name: string = crypto.randomUUID()): Promise<Connection> {
  const conn = await connect(name, { schema, worker: startWorker })
  open.push(conn)
  return conn
}

afterEach(async () => {
  await Promise.all(open.map((conn) => conn.close()))
  open = []
  workers = []
})

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('it never came to hold')
}

describe('a worker that dies', () => {
  it('leaves no call hanging, and is followed by another', async () => {
    const conn = await shop()
    const { dbAfter } = await conn.transact([item('a', 1)])
    const speculative = await dbAfter.with([item('s', 1)])
    const live = conn.live<[string, number][]>(counts)
    live.subscribe(() => undefined)
    await until(() => live.getSnapshot().status === 'ready')
    const shown = live.getSnapshot()

    const underWay = [conn.db().q(counts), conn.transact([item('b', 2)]), conn.stats()]
    workers[0]?.terminate()
    for (const call of underWay) await expect(call).rejects.toMatchObject({ code: 'client/worker-died' })

    await conn.transact([item('c', 3)])
    expect(workers).toHaveLength(2)
    expect(live.getSnapshot()).toMatchObject({ status: 'ready' })
    await until(() => {
      const now = live.getSnapshot()
      return now.status === 'ready' && now.data.some(([sku]) => sku === 'c')
    })
    const now = live.getSnapshot()
    const row = (snapshot: typeof now) =>
      snapshot.status === 'ready' ? snapshot.data.find(([sku]) => sku === 'a') : undefined
    expect(row(now)).toBe(row(shown))

    expect(await dbAfter.q(counts)).toEqual([['a', 1]])
    expect(await dbAfter.asOf(0).q(counts)).toEqual([])
    await expect(dbAfter.with([item('x', 1)])).rejects.toMatchObject({ code: 'db/gone' })
    await expect(speculative.dbAfter.q(counts)).rejects.toMatchObject({ code: 'db/gone' })
    expect((await conn.db().with([item('x', 1)])).txData.length).toBeGreaterThan(0)
  })

  it('is followed by another though nobody calls', async () => {
    const conn = await shop()
    const live = conn.live<[string, number][]>(counts)
    live.subscribe(() => undefined)
    await until(() => live.getSnapshot().status === 'ready')
    workers[0]?.terminate()
    await until(() => workers.length === 2)
    await conn.transact([item('a', 1)])
    await until(() => {
      const now = live.getSnapshot()
      return now.status === 'ready' && now.data.length === 1
    })
  })

  it('fails to start when its script is not there', async () => {
    const lost = () => new Worker('/no-such-worker.js', { type: 'module' })
    await expect(connect('lost', { worker: lost })).rejects.toMatchObject({ code: 'client/worker-failed' })
  })
})

describe('the back/forward cache', () => {
  it('finds no locks of a page in it, and all as it was after', async () => {
    const locks = async () =>
      (await navigator.locks.query()).held?.filter(({ name }) => name?.startsWith('annals/life/')) ?? []
    const conn = await shop()
    expect(await locks()).toHaveLength(1)
    dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
    await until(async () => (await locks()).length === 0)
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
    await until(async () => (await locks()).length === 1)
    await conn.transact([item('a', 1)])
    expect(workers).toHaveLength(1)
    workers[0]?.terminate()
    await until(() => workers.length === 2)
    expect(await conn.db().q(counts)).toEqual([['a', 1]])
  })
})

it('keeps what it acknowledged, in the store of its user', async () => {
  const name = crypto.randomUUID()
  const first = await shop(name)
  await first.transact([item('a', 1)])
  await first.close()
  expect(await (await shop(name)).db().q(counts)).toEqual([['a', 1]])
  const hers = await connect(name, { schema, worker: startWorker, user: 'ada' })
  open.push(hers)
  expect(await hers.db().q(counts)).toEqual([])
})

it('starts the default worker', async () => {
  const conn = await connect(crypto.randomUUID(), { schema })
  open.push(conn)
  await conn.transact([item('a', 1)])
  expect(await conn.db().q(counts)).toEqual([['a', 1]])
})

it('runs the functions of a worker of its own', async () => {
  const worker = (): Worker => new Worker(new URL('./support/functions.worker.ts', import.meta.url), { type: 'module' })
  const conn = await connect(crypto.randomUUID(), { schema, worker })
  open.push(conn)
  await conn.transact([item('a', 5), item('b', 1)])
  await conn.transact([['stock/move', { from: 'a', to: 'b', n: 2 }]])
  const rows = await conn.db().q<[string, number][]>(counts)
  expect(rows.toSorted()).toEqual([
    ['a', 3],
    ['b', 3],
  ])
})

it('lets one worker lead at a time, and none that is paused', async () => {
  const lock = crypto.randomUUID()
  let leading: string[] = []
  const leader = (name: string): [Leadership, () => Promise<void>] => {
    const leadership = new Leadership()
    const resign = leadership.lead(lock, async (signal) => {
      leading.push(name)
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      leading = leading.filter((other) => other !== name)
    })
    return [leadership, resign]
  }
  const [one] = leader('one')
  await until(() => leading.join() === 'one')
  const [, resign] = leader('two')
  await one.pause()
  await until(() => leading.join() === 'two')
  one.resume()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(leading).toEqual(['two'])
  await resign()
  await until(() => leading.join() === 'one')
  await one.pause()
  expect(leading).toEqual([])
})

describe('an import into the worker', () => {
  it('streams, shows how far it has come, and names what is refused', async () => {
    const conn = await shop()
    let read = 0
    async function* source(bad: number) {
      for (; read < 20_000; read++) yield item(`SKU-${read}`, read === bad ? 0.5 : read)
    }
    const seen: number[] = []
    const onProgress = ({ elements }: { elements: number }) => {
      seen.push(elements)
    }
    const failing = conn.import(source(15_000), { onProgress })
    await expect(failing).rejects.toMatchObject({
      code: 'value/wrong-type',
      data: { attribute: ':inv/count', element: 15_000, imported: { elements: 15_000 } },
    })
    expect((await conn.db().q<unknown[]>(counts)).length).toBe(15_000)
    read = 15_001
    expect(await conn.import(source(-1), { onProgress })).toMatchObject({ elements: 4999 })
    expect((await conn.db().q<unknown[]>(counts)).length).toBe(19_999)
    expect(seen.length).toBeGreaterThan(2)
  })

  it('is told when the worker dies, and what is known to be there', async () => {
    const conn = await shop()
    function* source() {
      for (let i = 0; i < 20_000; i++) {
        if (i === 12_000) workers[0]?.terminate() // the first step is on its way
        yield item(`SKU-${i}`, i)
      }
    }
    const imported = { elements: 0, transactions: 0, datoms: 0 }
    await expect(conn.import(source())).rejects.toMatchObject({ code: 'client/worker-died', data: { imported } })
    expect([0, 8192]).toContain((await conn.db().q<unknown[]>(counts)).length) // it is there whole, or not at all
  })
})

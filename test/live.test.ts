import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Connection, type LiveQuery, memory, open } from '../src/engine.ts'

const open_: Connection[] = []
afterEach(async () => {
  for (const c of open_.splice(0)) await c.close()
})

const schema = {
  'inv/sku': { type: 'string', unique: 'identity' },
  'inv/count': { type: 'long' },
  'note/text': { type: 'string' },
} as const

async function shop(storage = memory()): Promise<Connection> {
  const conn = await open('live', { storage, schema })
  open_.push(conn)
  return conn
}
const ready = async <T>(live: LiveQuery<T>): Promise<T> => {
  await vi.waitFor(() => expect(live.getSnapshot().status).toBe('ready'))
  return (live.getSnapshot() as { data: T }).data
}
const counts = '[:find ?s ?n :where [?e :inv/sku ?s] [?e :inv/count ?n] :order-by ?s]'

describe('live queries', () => {
  it('load, answer, and answer again when touched', async () => {
    const conn = await shop()
    await conn.transact([{ 'inv/sku': 'A', 'inv/count': 1 }])
    const live = conn.live<[string, number][]>(counts)
    expect(live.getSnapshot()).toEqual({ status: 'loading' })
    const heard = vi.fn()
    const stop = live.subscribe(heard)
    expect(await ready(live)).toEqual([['A', 1]])
    await conn.transact([{ 'inv/sku': 'A', 'inv/count': 2 }])
    await vi.waitFor(async () => expect(await ready(live)).toEqual([['A', 2]]))
    expect(heard).toHaveBeenCalledTimes(2)
    stop()
  })

  it('are not disturbed by what cannot touch them, and keep the rows that did not change', async () => {
    const conn = await shop()
    await conn.transact([
      { 'inv/sku': 'A', 'inv/count': 1 },
      { 'inv/sku': 'B', 'inv/count': 2 },
    ])
    const live = conn.live<[string, number][]>(counts)
    live.subscribe(() => undefined)
    const before = await ready(live)
    const snapshot = live.getSnapshot()
    await conn.transact([{ 'note/text': 'unrelated' }])
    await new Promise((r) => setTimeout(r, 20))
    expect(live.getSnapshot()).toBe(snapshot)
    await conn.transact([{ 'inv/sku': 'B', 'inv/count': 3 }])
    await vi.waitFor(() => expect(live.getSnapshot()).not.toBe(snapshot))
    const after = await ready(live)
    expect(after).toEqual([
      ['A', 1],
      ['B', 3],
    ])
    expect(after[0]).toBe(before[0])
    expect(Object.isFrozen(live.getSnapshot())).toBe(true)
  })

  it('share one store when query and inputs are equal', async () => {
    const conn = await shop()
    const q = '[:find ?n :in $ ?s :where [?e :inv/sku ?s] [?e :inv/count ?n]]'
    expect(conn.live(q, ['A'])).toBe(conn.live(q, ['A']))
    expect(conn.live(q, ['A'])).not.toBe(conn.live(q, ['B']))
  })

  it('all move to one value before any listener runs', async () => {
    const conn = await shop()
    const total = conn.live<number>('[:find (sum ?n) . :with ?e :where [?e :inv/count ?n]]')
    const all = conn.live<[string, number][]>(counts)
    const sums: [number, number][] = []
    const look = (): void => {
      const a = total.getSnapshot()
      const b = all.getSnapshot()
      if (a.status === 'ready' && b.status === 'ready') sums.push([a.data ?? 0, b.data.reduce((n, [, x]) => n + x, 0)])
    }
    total.subscribe(look)
    all.subscribe(look)
    for (let i = 1; i < 20; i++) await conn.transact([{ 'inv/sku': `S${i % 5}`, 'inv/count': i }])
    await vi.waitFor(() => expect(sums.length).toBeGreaterThan(3))
    for (const [a, b] of sums) expect(a).toBe(b)
  })

  it('tell of errors, and recover', async () => {
    const conn = await shop()
    const live = conn.live('[:find ?n :where [_ :inv/later ?n]]')
    live.subscribe(() => undefined)
    await vi.waitFor(() =>
      expect(live.getSnapshot()).toMatchObject({ status: 'error', error: { code: 'query/unknown-attribute' } }),
    )
    await conn.transact([
      { 'db/ident': ':inv/later', 'db/valueType': ':db.type/long', 'db/cardinality': ':db.cardinality/one' },
    ])
    expect(await ready(live)).toEqual([])
  })

  it('of pull follow their entity', async () => {
    const conn = await shop()
    const live = conn.livePull(['inv/count'], ['inv/sku', 'A'])
    live.subscribe(() => undefined)
    expect(await ready(live)).toBeUndefined()
    await conn.transact([{ 'inv/sku': 'A', 'inv/count': 4 }])
    await vi.waitFor(async () => expect(await ready(live)).toEqual({ 'inv/count': 4 }))
  })

  it('hear what another connection on the same storage says', async () => {
    const storage = memory()
    const [a, b] = [await shop(storage), await shop(storage)]
    const live = b.live<[string, number][]>(counts)
    live.subscribe(() => undefined)
    expect(await ready(live)).toEqual([])
    await a.transact([{ 'inv/sku': 'A', 'inv/count': 1 }])
    await vi.waitFor(async () => expect(await ready(live)).toEqual([['A', 1]]))
  })
})

describe('two connections on one storage', () => {
  it('order their transactions without losing or doubling one', async () => {
    const storage = memory()
    const [a, b] = [await shop(storage), await shop(storage)]
    await a.transact([{ 'inv/sku': 'A', 'inv/count': 0 }])
    await Promise.all(
      Array.from({ length: 100 }, (_, i) => (i % 2 ? a : b).transact([[':db/inc', ['inv/sku', 'A'], 'inv/count', 1]])),
    )
    await vi.waitFor(() => expect(a.db().basisT).toBe(b.db().basisT))
    for (const c of [a, b]) expect(await c.db().q('[:find ?n . :where [_ :inv/count ?n]]')).toBe(100)
    const ts: number[] = []
    for await (const entry of a.log()) ts.push(entry.t)
    expect(ts).toEqual(ts.map((_, i) => i + 1))
  })

  it('refuses a transaction whose basis has moved', async () => {
    const conn = await shop()
    const { basisT } = conn.db()
    await conn.transact([{ 'inv/sku': 'A' }], { ifBasis: basisT })
    await expect(conn.transact([{ 'inv/sku': 'B' }], { ifBasis: basisT })).rejects.toMatchObject({
      code: 'tx/basis-moved',
    })
  })

  it('refuses everything after closing', async () => {
    const conn = await shop()
    await conn.close()
    expect(() => conn.db()).toThrow(expect.objectContaining({ code: 'connection/closed' }))
    await expect(conn.transact([])).rejects.toMatchObject({ code: 'connection/closed' })
  })
})

import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it } from 'vitest'
import { AnnalsError } from '../src/base/errors.ts'
import { type Connection, type ImportProgress, isAnnalsError, memory, open } from '../src/engine.ts'
import type { LocalStorage } from '../src/storage/port.ts'
import { agreed, client, quiet, SCHEMA, TestServer } from './support/sync-world.ts'
import { instead, wrapped } from './support/wrapped-storage.ts'

const schema = {
  'inv/sku': { type: 'string', unique: 'identity' },
  'inv/count': { type: 'long' },
  'inv/tags': { type: 'string', many: true },
  'inv/like': { type: 'ref' },
  'inv/parts': { type: 'ref', many: true, component: true },
} as const
const COUNTS = '[:find ?sku ?n :where [?e :inv/sku ?sku] [?e :inv/count ?n]]'

let conns: Connection[] = []
afterEach(async () => {
  await Promise.all(conns.map((conn) => conn.close()))
  conns = []
})
async function shop(storage: LocalStorage = memory()): Promise<Connection> {
  const conn: Connection = await open('import', { storage, schema })
  conns.push(conn)
  return conn
}
/** A replica that never meets its remote. */
async function offline(storage: LocalStorage): Promise<Connection> {
  const { conn } = await client(new TestServer(), { storage })
  conns.push(conn)
  conn.sync.setOnline(false)
  await conn.transact(SCHEMA)
  return conn
}
const item = (i: number, count = i): object => ({ 'inv/sku': `SKU-${i}`, 'inv/count': count })
async function* stream(n: number): AsyncGenerator<object> {
  for (let i = 0; i < n; i++) yield item(i)
}
async function countsIn(conn: Connection): Promise<Map<string, number>> {
  return new Map(await conn.db().q<[string, number][]>(COUNTS))
}
async function refusal(importing: Promise<unknown>) {
  const error = await importing.then(
    () => undefined,
    (e: unknown) => e,
  )
  if (!isAnnalsError(error)) throw new Error(`no coded error: ${error}`)
  return error
}

describe('an import', () => {
  it('joins maps into few transactions, and tells how far it has come', async () => {
    const conn = await shop()
    const before = conn.db().basisT
    const seen: ImportProgress[] = []
    const done = await conn.import(stream(10_000), { onProgress: (progress) => seen.push(progress) })
    expect(done).toMatchObject({ elements: 10_000, transactions: conn.db().basisT - before })
    expect(done.datoms).toBe(20_000 + 2 * done.transactions)
    expect(done.transactions).toBeLessThan(20)
    expect(seen.at(-1)).toEqual(done)
    expect(seen.length).toBeGreaterThan(1)
    expect(seen.map((p) => p.elements)).toEqual(seen.map((p) => p.elements).toSorted((a, b) => a - b))
    expect((await countsIn(conn)).size).toBe(10_000)
  })

  it('comes to what its elements come to one by one', async () => {
    const elements: unknown[] = [
      item(1),
      { 'inv/sku': 'SKU-1', 'inv/count': 11, 'inv/tags': ['a'] },
      { 'inv/sku': 'SKU-2', 'inv/like': ['inv/sku', 'SKU-1'] },
      [{ 'db/id': 'x', 'inv/sku': 'SKU-3' }, [':db/add', 'x', 'inv/count', 3]],
      [
        { 'db/id': 'x', 'inv/sku': 'SKU-4' },
        { 'inv/sku': 'SKU-5', 'inv/like': 'x' },
      ],
      { 'db/id': 'x', 'inv/sku': 'SKU-6' },
      [[':db/inc', ['inv/sku', 'SKU-1'], 'inv/count', 5]],
      '[{:inv/sku "SKU-7" :inv/count 7} [:db/add "datomic.tx" :db/doc "by hand"]]',
      { 'db/ident': ':rare' },
      { 'inv/sku': 'SKU-8', 'inv/like': ':rare', 'inv/parts': [{ 'inv/tags': ['p', 'q'] }, { 'inv/count': 0 }] },
      new Map<string, unknown>([
        [':inv/sku', 'SKU-9'],
        [':inv/count', 9],
      ]),
      { 'inv/sku': 'SKU-1', 'inv/count': 12 },
    ]
    const facts = async (conn: Connection) => {
      const pulled = await conn.db().q('[:find (pull ?e [* {:inv/like [:inv/sku :db/ident]}]) :where [?e :inv/sku]]')
      return JSON.stringify(pulled, (key, x) => (key === 'db/id' ? undefined : x))
    }
    const [imported, single] = [await shop(), await shop()]
    const done = await imported.import(elements)
    for (const element of elements) {
      await single.transact(Array.isArray(element) || typeof element === 'string' ? element : [element])
    }
    expect(done.elements).toBe(elements.length)
    expect(await facts(imported)).toBe(await facts(single))
  })

  it('asks for what the elements before it have left, though they share transactions', async () => {
    const unique = { ...schema, 'inv/shelf': { type: 'long', unique: 'value' } } as const
    const moved = { 'inv/sku': 'SKU-1', 'inv/shelf': 2 }
    const asked = { 'inv/sku': 'SKU-2', 'inv/like': ['inv/shelf', 1] }
    for (const before of [[], [[':db/add', ['inv/sku', 'SKU-1'], 'inv/count', 1]]]) {
      const conn: Connection = await open('moved', { storage: memory(), schema: unique })
      conns.push(conn)
      await conn.transact([{ 'inv/sku': 'SKU-1', 'inv/shelf': 1 }])
      const elements = [...before.map((form) => [form]), moved, asked]
      const error = await refusal(conn.import(elements))
      expect([error.code, error.data.element]).toEqual(['entity/unknown', elements.length - 1])
      expect((await countsIn(conn)).has('SKU-2')).toBe(false)
      // and whatever moves nothing still shares
      const { transactions } = await conn.import([
        item(3),
        { 'inv/sku': 'SKU-4', 'inv/like': ['inv/shelf', 2] },
        { 'inv/sku': 'SKU-5', 'inv/like': ['inv/sku', 'SKU-1'] },
      ])
      expect(transactions).toBe(1)
    }
  })

  it('finds what is there already, wherever it was imported', async () => {
    const conn = await shop()
    await conn.import(Array.from({ length: 3000 }, (_, i) => item(i)))
    const { datoms, transactions } = await conn.import(Array.from({ length: 3000 }, (_, i) => item(i, i < 10 ? -i : i)))
    expect(datoms).toBe(2 * 9 + 2 * transactions)
    expect((await countsIn(conn)).get('SKU-9')).toBe(-9)
  })

  it('names the element that is refused, and keeps what came before it', async () => {
    for (const [bad, code] of [
      [{ 'inv/sku': 7 }, 'value/wrong-type'],
      [{ 'inv/colour': 7 }, 'attribute/unknown'],
      [{ 'inv/like': 'nobody' }, 'tx/tempid-unused'],
      ['[{:inv/sku', 'edn/malformed'],
      [7, 'tx/malformed'],
      [[[':db/cas', ['inv/sku', 'SKU-1'], 'inv/count', 99, 1]], 'tx/cas-failed'],
    ] as const) {
      const conn = await shop()
      const elements = Array.from({ length: 5000 }, (_, i) => (i === 2500 ? bad : item(i)))
      const error = await refusal(conn.import(elements))
      expect([error.code, error.data.element]).toEqual([code, 2500])
      expect(error.message).toContain('element 2500')
      expect(error.data.imported).toMatchObject({ elements: 2500 })
      expect([...(await countsIn(conn)).keys()].length).toBe(2500)
      await conn.import(elements.slice(2501))
      expect((await countsIn(conn)).size).toBe(4999)
    }
  })

  it('makes nothing of elements after one that is refused, though they stand alone', async () => {
    const conn = await shop()
    const add = (i: number, n: unknown) => [{ 'db/id': 'x', 'inv/sku': `SKU-${i}`, 'inv/count': n }]
    const error = await refusal(conn.import([add(0, 0), add(1, 1), add(2, 'two'), add(3, 3)]))
    expect(error.data).toMatchObject({ element: 2, imported: { elements: 2, transactions: 2 } })
    expect(await countsIn(conn)).toEqual(
      new Map([
        ['SKU-0', 0],
        ['SKU-1', 1],
      ]),
    )
  })

  it.each(['local', 'replica'])('makes nothing of elements after those that could not be stored (%s)', async (kind) => {
    let isFull = false
    const filling = wrapped(memory(), (store) =>
      instead(store, {
        commit: async (change) => {
          if (!isFull) return store.commit(change)
          isFull = false
          throw new AnnalsError('storage/quota-exceeded', 'full for a moment')
        },
      }),
    )
    const conn: Connection = await (kind === 'local' ? shop(filling) : offline(filling))
    isFull = true
    const alone = Array.from({ length: 1500 }, (_, i) => [[':db/add', `t${i}`, 'inv/count', i]])
    const { code, data } = await refusal(conn.import(alone))
    expect([code, data]).toEqual([
      'storage/quota-exceeded',
      { element: 0, imported: { elements: 0, transactions: 0, datoms: 0 } },
    ])
    expect(await conn.db().q('[:find (count ?e) . :where [?e :inv/count]]')).toBeUndefined()
  })

  it('reads no further ahead than a step, and closes its source', async () => {
    const conn = await shop()
    let read = 0
    let closed = false
    let ahead = 0
    function* source() {
      try {
        for (; ; read++) yield item(read, read === 40_000 ? Number.NaN : read)
      } finally {
        closed = true
      }
    }
    const onProgress = ({ elements }: ImportProgress) => {
      ahead = Math.max(ahead, read - elements)
    }
    const error = await refusal(conn.import(source(), { onProgress }))
    expect(error.data.element).toBe(40_000)
    expect(closed).toBe(true)
    expect(ahead).toBeLessThan(20_000)
    expect(read).toBeLessThan(60_000)
  })

  it('stops when it is aborted, also while its source says nothing', async () => {
    const conn = await shop()
    const abort = new AbortController()
    let closed = false
    async function* silent() {
      try {
        for (let i = 0; i < 10_000; i++) yield item(i)
        setTimeout(() => abort.abort(), 0)
        await new Promise(() => undefined)
      } finally {
        closed = true
      }
    }
    const { code, data } = await refusal(conn.import(silent(), { signal: abort.signal }))
    const there = (await countsIn(conn)).size
    expect([code, data.imported]).toMatchObject(['import/aborted', { elements: there }])
    expect([there > 0, there < 10_000, closed]).toEqual([true, true, false]) // a generator cannot be closed while it runs

    const early = conn.import(stream(10), { signal: AbortSignal.abort() })
    expect((await refusal(early)).data).toEqual({ imported: { elements: 0, transactions: 0, datoms: 0 } })
  })

  it('reads a source of another realm, as a test runner has them', async () => {
    const conn = await shop()
    const source = runInNewContext(`(async function* () { yield '[{:inv/sku "far"}]'; yield '[{:inv/sku "away"}]' })()`)
    expect(await conn.import(source)).toMatchObject({ elements: 2 })
  })

  it('says so when its source fails, or is none', async () => {
    const conn = await shop()
    async function* broken() {
      yield* stream(10_000)
      throw new Error('the file ends here')
    }
    const error = await refusal(conn.import(broken()))
    expect([error.code, error.message]).toEqual(['import/source-failed', expect.stringContaining('the file ends here')])
    expect(error.data.imported).toMatchObject({ elements: (await countsIn(conn)).size })
    for (const none of ['[{}]', 7, null]) {
      expect((await refusal(conn.import(none as never))).code).toBe('tx/malformed')
    }
    const onProgress = () => {
      throw new RangeError('no room for the bar')
    }
    const unheard = await refusal(conn.import(stream(5000), { onProgress }))
    expect([unheard.code, unheard.message]).toEqual(['internal/unexpected', expect.stringContaining('no room')])
    await conn.close()
    expect((await refusal(conn.import([item(1)]))).code).toBe('connection/closed')
  })

  it('costs as many writes as it makes steps, however it is cut', async () => {
    const storage = memory()
    let commits = 0
    const counting: LocalStorage = {
      ...storage,
      open: async (name) => {
        const store = await storage.open(name)
        const commit = store.commit.bind(store)
        store.commit = (change) => {
          commits++
          return commit(change)
        }
        return store
      },
    }
    const conn = await shop(counting)
    commits = 0
    const { transactions } = await conn.import(stream(10_000))
    expect(commits).toBe(transactions)
    commits = 0
    const alone = Array.from({ length: 500 }, (_, i) => [[':db/add', ['inv/sku', `SKU-${i}`], 'inv/count', -1]])
    expect((await conn.import(alone)).transactions).toBe(500)
    expect(commits).toBe(1)
  })
})

describe('an import into a replica', () => {
  it('waits in the queue while offline, in transactions that can be pushed, and reaches others', async () => {
    const server = new TestServer()
    const [ann, ben] = [await client(server), await client(server)]
    conns.push(ann.conn, ben.conn)
    await ann.conn.transact(SCHEMA)
    await quiet(ann)
    await agreed(ann, ben)
    ann.conn.sync.setOnline(false)
    const long = 'x'.repeat(80)
    const elements = Array.from({ length: 3000 }, (_, i) => ({ 'inv/sku': `${long}${i}`, 'inv/count': i }))
    const done = await ann.conn.import(elements)
    expect(done.elements).toBe(3000)
    expect(ann.conn.sync.getSnapshot().pending).toBe(done.transactions)
    expect(done.transactions).toBeLessThan(20)
    expect((await countsIn(ann.conn)).size).toBe(3000)
    ann.conn.sync.setOnline(true)
    await quiet(ann)
    await agreed(ann, ben)
    expect(await countsIn(ben.conn)).toEqual(await countsIn(ann.conn))
  })
})

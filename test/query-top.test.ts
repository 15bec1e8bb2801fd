import { describe, expect, it, vi } from 'vitest'
import { type Connection, memory, open } from '../src/engine.ts'
import { indexedTo } from './support/indexed.ts'

/** Rows that were read of the order by value. */
const read = vi.hoisted(() => ({ rows: 0 }))
vi.mock('../src/db/view.ts', async (original) => {
  const view = await original<typeof import('../src/db/view.ts')>()
  const counted = (index: string, found: ReturnType<typeof view.scan>): ReturnType<typeof view.scan> => ({
    get count() {
      return found.count
    },
    get whereabouts() {
      return found.whereabouts
    },
    load: () => found.load(),
    batches: () => {
      const batches = found.batches()
      if (index === 'avet') for (const { start, end } of batches) read.rows += end - start
      return batches
    },
  })
  return { ...view, scan: (...args: Parameters<typeof view.scan>) => counted(args[1], view.scan(...args)) }
})

const schema = {
  'inv/sku': { type: 'string', unique: 'identity' },
  'inv/count': { type: 'long', index: true },
  'inv/kind': { type: 'keyword' },
  'inv/tag': { type: 'long', many: true, index: true },
} as const
const N = 6000

/** Counts repeat, so that many rows tie. */
const countOf = (i: number): number => (i * 7919) % (N / 3)
const items = Array.from({ length: N }, (_, i) => ({
  'inv/sku': `S${i}`,
  'inv/count': countOf(i),
  ...(i % 2 === 0 && { 'inv/kind': i % 1000 === 0 ? (':rare' as const) : (':usual' as const) }),
  'inv/tag': [i % 50, 100 + (i % 7)],
}))
const changes = Array.from({ length: 60 }, (_, k) => ({ 'inv/sku': `S${k * 100}`, 'inv/count': (k * 31) % 90 }))

type Lies = 'in memory' | 'in segments' | 'in both'
async function shop(lies: Lies): Promise<Connection> {
  const storage = memory()
  const novelty = lies === 'in memory' ? 1e9 : lies === 'in segments' ? 1 : 2000
  const conn = await open('top', { storage, schema, indexing: { novelty, segmentRows: 512 } })
  await conn.transact(items)
  if (lies === 'in both') await indexedTo(storage, 'top', conn.db().basisT)
  await conn.transact(changes)
  await conn.transact([[':db/retractEntity', ['inv/sku', 'S1']]])
  if (lies === 'in segments') await indexedTo(storage, 'top', conn.db().basisT)
  return conn
}

/** By their last variables, in every row a different one, so that there is one right order. */
const QUERIES: Record<string, string> = {
  least: '[:find ?n ?s :where [?e :inv/count ?n] [?e :inv/sku ?s] :order-by [?n ?s] :limit 50]',
  greatest: '[:find ?n ?s :where [?e :inv/sku ?s] [?e :inv/count ?n] :order-by [[?n :desc] ?s] :limit 50]',
  'after an offset':
    '[:find ?n ?s :where [?e :inv/count ?n] [?e :inv/sku ?s] :order-by [?n [?s :desc]] :limit 7 :offset 90]',
  'of a kind': '[:find ?n ?e :where [?e :inv/count ?n] [?e :inv/kind :usual] :order-by [?n ?e] :limit 40]',
  'of a rare kind': '[:find ?n ?e :where [?e :inv/count ?n] [?e :inv/kind :rare] :order-by [?n ?e] :limit 5]',
  'without a kind': '[:find ?n ?e :where [?e :inv/count ?n] (not [?e :inv/kind]) :order-by [?n ?e] :limit 40]',
  'above a number': '[:find ?n ?e :where [?e :inv/count ?n] [(> ?n 500)] :order-by [?n ?e] :limit 40]',
  'by transaction too': '[:find ?n ?e ?tx :where [?e :inv/count ?n ?tx] :order-by [[?n :desc] ?e] :limit 40]',
  'of many values': '[:find ?t ?e :where [?e :inv/tag ?t] :order-by [[?t :desc] [?e :desc]] :limit 900]',
  'all of them': '[:find ?n ?e :where [?e :inv/count ?n] :order-by [?n ?e] :limit 5999]',
  'one tuple': '[:find [?n ?e] :where [?e :inv/count ?n] [?e :inv/kind :usual] :order-by [[?n :desc] ?e]]',
}

/** What the query gives without its end, cut by hand. */
async function wholeOf(conn: Connection, text: string): Promise<unknown> {
  const cut = text.replace(/ :limit \d+/, '').replace(/ :offset \d+/, '')
  const number = (name: string): number | undefined => {
    const found = new RegExp(`:${name} (\\d+)`).exec(text)
    return found === null ? undefined : Number(found[1])
  }
  const isTuple = text.includes(':find [')
  const rows = await conn.db().q<unknown[][]>(isTuple ? cut.replace(/:find \[([^\]]*)\]/, ':find $1') : cut)
  const offset = number('offset') ?? 0
  return isTuple ? rows[0] : rows.slice(offset, offset + (number('limit') ?? rows.length))
}

describe.each<Lies>(['in memory', 'in segments', 'in both'])('the first rows of an order, %s', (lies) => {
  it('are those of the whole', async () => {
    const conn = await shop(lies)
    for (const [name, text] of Object.entries(QUERIES)) {
      const wanted = await wholeOf(conn, text)
      expect(Array.isArray(wanted) && wanted.length, name).toBeGreaterThan(0)
      expect(await conn.db().q(text), name).toEqual(wanted)
    }
    await conn.close()
  })

  it('tell the least and the greatest value', async () => {
    const conn = await shop(lies)
    const db = conn.db()
    const where = {
      all: '[?e :inv/count ?n]',
      kind: '[?e :inv/count ?n] [?e :inv/kind :rare]',
      many: '[?e :inv/tag ?n]',
    }
    for (const clauses of [...Object.values(where), '[?e :inv/count ?n] [(< ?n -1)]']) {
      const ns = await db.q<number[]>(`[:find [?n ...] :where ${clauses}]`)
      const find = (what: string) => db.q(`[:find ${what} :with ?e :where ${clauses}]`)
      expect(await find('(max ?n) .')).toBe(ns.length === 0 ? undefined : Math.max(...ns))
      expect(await find('(min ?n)')).toEqual(ns.length === 0 ? [] : [[Math.min(...ns)]])
      expect(await find('(max 2 ?n) .')).toEqual(await db.q(`[:find (max 2 ?n) . :with ?e :where ${clauses} [?e]]`))
    }
    read.rows = 0
    await db.q(`[:find (max ?n) . :where ${where.all}]`)
    expect(read.rows).toBeGreaterThan(0)
    expect(read.rows).toBeLessThan(N / 5)
    await conn.close()
  })

  it('cost what is asked for, not what there is', async () => {
    const conn = await shop(lies)
    const text = QUERIES.least as string
    await conn.db().q(text) // segments are in memory from here on
    read.rows = 0
    await conn.db().q(text)
    expect(read.rows).toBeGreaterThanOrEqual(50)
    expect(read.rows).toBeLessThan(N / 5)
    await conn.close()
  })
})

it('what has changed since costs the first rows nothing, wherever it lies', async () => {
  const storage = memory()
  const conn = await open('changed', { storage, schema, indexing: { novelty: 2000, segmentRows: 512 } })
  await conn.transact(items)
  await indexedTo(storage, 'changed', conn.db().basisT)
  const ends = ['least', 'greatest'].map((name) => QUERIES[name] as string)
  const cost = async (): Promise<number> => {
    for (const text of ends) await conn.db().q(text) // segments are in memory from here on
    read.rows = 0
    for (const text of ends) expect(await conn.db().q(text)).toEqual(await wholeOf(conn, text))
    read.rows = 0
    for (const text of ends) await conn.db().q(text)
    return read.rows
  }
  const before = await cost()
  const update = (from: number, count: (i: number) => number) =>
    conn.transact(Array.from({ length: 150 }, (_, k) => ({ 'inv/sku': `S${from + k * 7}`, 'inv/count': count(k) })))
  await update(0, (k) => -1 - k) // come to the head
  expect(await cost()).toBeLessThan(before + 100)
  await update(1, (k) => N + k) // and to the end
  expect(await cost()).toBeLessThan(before + 100)
  await update(2, (k) => 700 + k) // and between
  expect(await cost()).toBeLessThan(before + 100)
  await conn.close()
})

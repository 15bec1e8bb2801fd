import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Scan } from '../src/db/scan.ts'
import { type Connection, memory, open } from '../src/engine.ts'

/** Ranges of an index that were looked up, and rows that were read from them. */
const read = { ranges: 0, rows: 0 }

vi.mock('../src/db/view.ts', async (original) => {
  const view = await original<typeof import('../src/db/view.ts')>()
  const counted = (found: Scan): Scan => ({
    count: found.count,
    whereabouts: found.whereabouts,
    load: () => found.load(),
    batches: () => {
      const batches = found.batches()
      for (const { start, end } of batches) read.rows += end - start
      return batches
    },
  })
  return {
    ...view,
    scan: (...args: Parameters<typeof view.scan>) => {
      read.ranges++
      return counted(view.scan(...args))
    },
  }
})

let conn: Connection
afterEach(() => conn.close())

const schema = {
  'x/id': { type: 'string', unique: 'identity' },
  'x/n': { type: 'long', index: true },
  'x/m': { type: 'long' },
  'x/note': { type: 'string' },
  'x/nm': { type: 'tuple', tupleAttrs: ['x/n', 'x/m'] },
  'x/tags': { type: 'string', many: true },
  'x/to': { type: 'ref' },
  'x/parts': { type: 'ref', many: true, component: true },
} as const
const at = (i: number) => ['x/id', `e${i}`] as const
const ENTITIES = 20

/** A database whose entities were changed `times` times each, and look the same whatever `times` is. */
async function grown(times: number): Promise<void> {
  conn = await open('cost', { storage: memory(), schema })
  await conn.transact(Array.from({ length: ENTITIES }, (_, i) => ({ 'x/id': `e${i}`, 'x/n': -1, 'x/m': i })))
  for (let k = 1; k <= times; k++) {
    const forms = Array.from({ length: ENTITIES }, (_, i) => [
      { 'x/id': `e${i}`, 'x/n': k === times ? i : -k - 1, 'x/tags': ['a'], 'x/parts': [{ 'x/m': 0 }] },
      { 'x/id': `f${i}`, 'x/to': at(i) },
    ]).flat()
    const { tempids } = await conn.transact(forms)
    expect(tempids).toEqual({})
    const rows = await conn.db().q<[number, number][]>('[:find ?e ?p :where [?e :x/parts ?p]]')
    await conn.transact(rows.map(([, p]) => [':db/retractEntity', p]))
    await conn.transact(
      rows.flatMap((_, i) => [
        [':db/retract', at(i), 'x/tags', 'a'],
        [':db/retractEntity', ['x/id', `f${i}`]],
      ]),
    )
  }
}

/** What a transaction of about `k` facts reads, by the forms that it is made of. */
const WORK: Readonly<Record<string, (k: number) => unknown[]>> = {
  upserts: (k) => Array.from({ length: k }, (_, i) => ({ 'x/id': `e${i}`, 'x/n': 1000 + i })),
  'new entities': (k) => Array.from({ length: k }, (_, i) => ({ 'x/id': `new${i}`, 'x/tags': ['x', 'y'] })),
  increments: (k) => Array.from({ length: k }, (_, i) => [':db/inc', at(i), 'x/n', 1]),
  'compare and swap': (k) => Array.from({ length: k }, (_, i) => [':db/cas', at(i), 'x/n', i, 500 + i]),
  retractions: (k) => Array.from({ length: k }, (_, i) => [':db/retract', at(i), 'x/m']),
  'retracted entities': (k) => Array.from({ length: k }, (_, i) => [':db/retractEntity', at(i)]),
  'redundant assertions': (k) => Array.from({ length: k }, (_, i) => [':db/add', at(i), 'x/n', i]),
}

async function costs(k: number): Promise<Record<string, { ranges: number; rows: number }>> {
  const out: Record<string, { ranges: number; rows: number }> = {}
  for (const [name, forms] of Object.entries(WORK)) {
    read.ranges = read.rows = 0
    await conn.db().with(forms(k))
    out[name] = { ...read }
  }
  return out
}

describe('the cost of a transaction', () => {
  it('does not grow with history, and grows with its facts', async () => {
    await grown(1)
    const [young, twice] = [await costs(5), await costs(10)]
    await conn.close()
    await grown(50)
    expect(conn.db().basisT).toBeGreaterThan(150)
    expect(await costs(5)).toEqual(young)
    for (const [name, { ranges, rows }] of Object.entries(twice)) {
      const one = young[name] as { ranges: number; rows: number }
      expect(ranges, name).toBeLessThanOrEqual(2 * one.ranges)
      expect(rows, name).toBeLessThanOrEqual(2 * one.rows + 1)
    }
  }, 60_000)

  it('is the same for the datoms that a log record brings', async () => {
    const applied: number[] = []
    for (const times of [1, 50]) {
      await grown(times)
      read.ranges = read.rows = 0
      await conn.transact([{ 'x/id': 'e1', 'x/n': 7 }])
      applied.push(read.ranges, read.rows)
      await conn.close()
    }
    expect(applied.slice(2)).toEqual(applied.slice(0, 2))
    await grown(0)
  }, 60_000)
})

describe('the cost of maps of new entities', () => {
  it('is a lookup for each value that identifies one, and none for the rest', async () => {
    conn = await open('maps', { storage: memory(), schema })
    const rangesOf = async (forms: readonly unknown[]): Promise<number> => {
      read.ranges = 0
      await conn.db().with(forms)
      return read.ranges
    }
    await rangesOf([]) // when the newest transaction was made is looked up once
    const none = await rangesOf([])
    expect(await rangesOf(Array.from({ length: 50 }, () => ({ 'db/doc': 'new' })))).toBe(none)
    const named = Array.from({ length: 50 }, (_, i) => ({ 'x/id': `e${i}`, 'db/doc': 'new' }))
    expect(await rangesOf(named)).toBe(none + 50)
    const nested = { 'x/id': 'one', 'x/to': { 'x/id': 'other', 'x/to': { 'x/id': 'third' } } }
    expect(await rangesOf([nested])).toBe(none + 3)
  })
})

describe('the cost of transactions that share a commit', () => {
  it('is finding the entity, what it has and what that ends for each, and when the newest was made once', async () => {
    conn = await open('shared', { storage: memory(), schema })
    await conn.transact(Array.from({ length: ENTITIES }, (_, i) => ({ 'x/id': `e${i}`, 'x/note': 'old' })))
    read.ranges = 0
    await Promise.all(Array.from({ length: ENTITIES }, (_, i) => conn.transact([[':db/add', at(i), 'x/note', 'new']])))
    expect(read.ranges).toBe(3 * ENTITIES + 1)
  })
})

describe('the cost of a moment', () => {
  it('is logarithmic, asked by Date', async () => {
    let clock = 0
    conn = await open('moments', { storage: memory(), now: () => ++clock })
    const costOf = async (): Promise<number> => {
      read.ranges = read.rows = 0
      const { basisT } = conn.db()
      expect(
        await conn
          .db()
          .asOf(new Date(Math.floor(basisT / 2)))
          .entid(':db/doc'),
      ).toBeDefined()
      return read.rows
    }
    const made = async (n: number): Promise<void> => {
      for (let i = 0; i < n; i++) await conn.transact([])
    }
    await made(64)
    const few = await costOf()
    await made(64 * 15)
    expect(await costOf()).toBeLessThanOrEqual(few + 4)
  }, 60_000)
})

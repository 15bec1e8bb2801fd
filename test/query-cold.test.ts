import { describe, expect, it } from 'vitest'
import { type Connection, memory, open } from '../src/engine.ts'
import { indexedTo } from './support/indexed.ts'

const schema = {
  'inv/sku': { type: 'string', unique: 'identity' },
  'inv/count': { type: 'long' },
  'inv/kind': { type: 'keyword' },
  'line/item': { type: 'ref' },
  'order/lines': { type: 'ref', many: true },
} as const
const N = 3000
const indexing = { novelty: 1, segmentRows: 256 }

/** A shop that lies in a few hundred segments, none of which is in memory. */
async function coldShop(): Promise<() => Promise<Connection>> {
  const storage = memory()
  const conn = await open('cold', { storage, schema, indexing })
  const items: unknown[] = Array.from({ length: N }, (_, i) => ({
    'inv/sku': `S${i}`,
    'inv/count': i % 100,
    'inv/kind': ':usual',
  }))
  await conn.transact(items)
  const orders: unknown[] = []
  for (let i = 0; i < N; i++) {
    for (const k of [0, 1]) orders.push({ 'db/id': `${i} ${k}`, 'line/item': ['inv/sku', `S${(i * 7 + k) % N}`] })
    orders.push({ 'order/lines': [`${i} 0`, `${i} 1`] })
  }
  await conn.transact(orders)
  const { basisT } = conn.db()
  await indexedTo(storage, 'cold', basisT)
  await conn.close()
  return () => open('cold', { storage, indexing: { ...indexing, novelty: 1e9 } })
}

function* permutations<T>(items: readonly T[]): Generator<T[]> {
  if (items.length <= 1) yield [...items]
  for (let i = 0; i < items.length; i++) {
    for (const rest of permutations(items.filter((_, k) => k !== i))) yield [items[i] as T, ...rest]
  }
}

describe('a query over segments that are not in memory', () => {
  const POINT = [
    ['?e', 'inv/sku', 'S42'],
    ['?e', 'inv/count', '?n'],
    ['?e', 'inv/kind', ':usual'],
  ]
  const JOIN = [
    ['?i', 'inv/sku', 'S42'],
    ['?l', 'line/item', '?i'],
    ['?o', 'order/lines', '?l'],
    ['?o', 'order/lines', '?m'],
  ]

  it('fetches what it needs, in whatever order its clauses stand', async () => {
    const shop = await coldShop()
    for (const [where, find, most] of [
      [POINT, ['?n'], 4],
      [JOIN, ['?m'], 12],
    ] as const) {
      for (const clauses of permutations<readonly string[]>(where)) {
        const conn = await shop()
        const found = await conn.db().explain({ find, where: clauses })
        expect(found.rows, String(clauses)).toBeGreaterThan(0)
        expect(found.segments, String(clauses)).toBeGreaterThan(0)
        expect(found.segments, String(clauses)).toBeLessThanOrEqual(most)
        for (const step of found.steps) expect(step.estimated, step.clause).toBeTypeOf('number')
        expect((await conn.db().explain({ find, where: clauses })).segments, 'asked again').toBe(0)
        await conn.close()
      }
    }
  })

  it('counts the facts of an attribute exactly without fetching any', async () => {
    const conn = await (await coldShop())()
    const found = await conn.db().explain({ find: [['count', '?e'], '.'], where: [['?e', 'inv/count', '_']] })
    expect(found.steps[0]).toMatchObject({ estimated: N, rows: N })
    await conn.close()
  })
})

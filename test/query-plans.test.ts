import { beforeAll, describe, expect, it } from 'vitest'
import { type Connection, memory, open } from '../src/engine.ts'

/*
 * What a plan costs is told by the rows that its steps make.
 */
const schema = {
  'shop/name': { type: 'string', unique: 'identity' },
  'shop/parent': { type: 'ref' },
  'shop/street': { type: 'string' },
  'shop/age': { type: 'long' },
  'shop/home': { type: 'ref' },
  'shop/state': { type: 'string' },
} as const
const N = 600
const nameOf = (i: number): string => `${i % 2 === 0 ? 'even' : 'odd'}-${i}`
const shops = Array.from({ length: N }, (_, i) => ({
  'db/id': nameOf(i),
  'shop/name': nameOf(i),
  'shop/street': `street ${i % 300}`,
  'shop/age': i,
  'shop/home': nameOf(0),
  'shop/state': i < 300 ? 'open' : 'shut',
  ...(i > 0 && { 'shop/parent': nameOf(i >> 1) }),
}))

let conn: Connection
beforeAll(async () => {
  conn = await open('plans', { storage: memory(), schema })
  await conn.transact(shops)
})

async function mostRows(query: string, inputs: readonly unknown[] = []): Promise<number> {
  const { steps } = await conn.db().explain(query, inputs)
  return Math.max(...steps.map(({ rows }) => rows))
}

const everyOrder = <T>(list: readonly T[]): T[][] =>
  list.length === 0
    ? [[]]
    : list.flatMap((first, i) => everyOrder(list.toSpliced(i, 1)).map((others) => [first, ...others]))

describe('a comparison of variables', () => {
  const clauses = [
    '[?a :shop/street ?s]',
    '[?b :shop/street ?s]',
    '[?a :shop/age ?x]',
    '[?b :shop/age ?y]',
    '[(< ?x ?y)]',
  ]

  it('waits until what it compares is joined, whatever the order of the clauses', async () => {
    for (const where of everyOrder(clauses)) {
      const query = `[:find ?a ?b :where ${where.join(' ')}]`
      expect(await mostRows(query), query).toBeLessThanOrEqual(2 * N)
      expect(await conn.db().q(query)).toHaveLength(N / 2)
    }
  })

  it('waits in a not too', async () => {
    const not =
      '[:find ?a ?b :where [?a :shop/street ?s] [?b :shop/street ?s] [?a :shop/age ?x] [?b :shop/age ?y] (not [(< ?x ?y)])]'
    expect(await mostRows(not)).toBeLessThanOrEqual(2 * N)
    expect(await conn.db().q(not)).toHaveLength((N * 3) / 2)
  })
})

describe('a pattern that two relations share variables with', () => {
  const clauses = ['[?a :shop/age 7]', '[?a :shop/home ?h]', '[?b :shop/age ?y]', '[(> ?y 550)]']

  it('is joined with the one of which fewer rows come, whatever the order of the clauses', async () => {
    for (const where of everyOrder(['[?b :shop/home ?h]', ...clauses])) {
      const query = `[:find ?a ?b :where ${where.join(' ')}]`
      expect(await mostRows(query), query).toBeLessThan(N / 2)
      expect(await conn.db().q(query)).toHaveLength(49)
    }
  })

  it('counts equal rows of the other once', async () => {
    const query = '[:find ?b ?s :where [?a :shop/home ?h] [?b :shop/home ?h] [?b :shop/street ?s]]'
    expect(await mostRows(query)).toBeLessThanOrEqual(N)
    expect(await conn.db().q(query)).toHaveLength(N)
  })
})

describe('a relation among the inputs', () => {
  it('is joined by the values that differ before those that are all the same', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => ['open', `street ${i}`])
    for (const where of everyOrder(['[?e :shop/state ?s]', '[?e :shop/street ?t]'])) {
      const query = `[:find ?e :in $ [[?s ?t]] :where ${where.join(' ')}]`
      expect(await mostRows(query, [rows]), query).toBeLessThanOrEqual(N)
      expect(await conn.db().q(query, [rows])).toHaveLength(100)
    }
  })
})

describe('a predicate on an indexed value', () => {
  const above = '[?c :shop/parent ?d] [?b :shop/parent ?c] [?e :shop/parent ?b]'

  it.each([
    ['that equals a constant', '[(= ?n "even-2")]', 8],
    ['that equals an input', '[(= ?given ?n)]', 8],
    ['that begins with a text', '[(starts-with? ?n "odd-1")]', 0],
  ])('%s begins the plan', async (_, predicate, rows) => {
    const query = `[:find ?e :in $ ?given :where ${above} [?d :shop/name ?n] ${predicate}]`
    const found = await conn.db().explain(query, ['even-2'])
    expect(found.steps[0]?.clause).toBe('[?d :shop/name ?n]')
    expect(await mostRows(query, ['even-2'])).toBeLessThan(N / 2)
    if (rows > 0) expect(found.rows).toBe(rows)
  })

  it('finds the same as a text that begins so in any other way', async () => {
    for (const prefix of ['odd-1', 'odd-', 'even-59', '', 'e', 'x', '\uffff', '\u0008', '\u0009']) {
      const find = (test: string): string => `[:find ?n :in $ ?prefix :where [_ :shop/name ?n] ${test}]`
      const expected = shops.filter((s) => s['shop/name'].startsWith(prefix)).length
      expect(await conn.db().q(find('[(starts-with? ?n ?prefix)]'), [prefix]), prefix).toHaveLength(expected)
      expect(await conn.db().q(find('[(identity ?n) ?m] [(starts-with? ?m ?prefix)]'), [prefix])).toHaveLength(expected)
    }
  })

  it('finds texts that begin with the last of all characters', async () => {
    const conn = await open('last characters', { storage: memory(), schema: { name: { type: 'string', index: true } } })
    const last = ['a\uffff', 'a\uffffb', 'a\uffff\uffff', '\uffff', '\uffff\uffff', '\u{10ffff}']
    const others = Array.from({ length: 40 }, (_, i) => `b${i}`)
    await conn.transact([...last, ...others].map((name) => ({ name })))
    for (const prefix of last) {
      const found = await conn.db().q('[:find [?n ...] :in $ ?p :where [_ :name ?n] [(starts-with? ?n ?p)]]', [prefix])
      expect(new Set(found as string[]), prefix).toEqual(new Set(last.filter((name) => name.startsWith(prefix))))
    }
    await conn.close()
  })
})

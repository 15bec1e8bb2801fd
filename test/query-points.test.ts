import { describe, expect, it } from 'vitest'
import { type Connection, memory, open } from '../src/engine.ts'
import { indexedTo } from './support/indexed.ts'

const schema = {
  'inv/sku': { type: 'string', unique: 'identity' },
  'inv/count': { type: 'long' },
  'inv/price': { type: 'bigdec' },
  'inv/tag': { type: 'long', many: true },
  'inv/like': { type: 'ref' },
} as const

/** With a bound that cuts nothing a query is run in the general way: by a plan, over columns. */
const planned = (query: string): string => query.replace(/\]$/, ' :limit 10]')

const QUERIES: [query: string, ...inputs: unknown[]][] = [
  ['[:find ?n . :in $ ?sku :where [?e :inv/sku ?sku] [?e :inv/count ?n]]', 'S3'],
  ['[:find ?n . :in $ ?sku :where [?e :inv/count ?n] [?e :inv/sku ?sku]]', 'nothing'],
  ['[:find ?e ?n ?tx :where [?e :inv/sku "S4"] [?e :inv/count ?n ?tx]]'],
  ['[:find [?n ?s] :in $ ?e :where [?e :inv/like ?f] [?f :inv/count ?n] [?f :inv/sku ?s]]', ['inv/sku', 'S5']],
  ['[:find [?s ...] :where [[:inv/sku "S5"] :inv/like ?f] [?f :inv/sku ?s]]'],
  ['[:find ?n :in $ ?t :where [?e :inv/sku "S6"] [?e :inv/tag ?t] [?e :inv/count ?n]]', 60],
  ['[:find ?n :in $ ?t :where [?e :inv/sku "S6"] [?e :inv/tag ?t] [?e :inv/count ?n]]', 61],
  ['[:find ?n :in $ ?sku ?n :where [?e :inv/sku ?sku] [?e :inv/count ?n]]', 'S3', 3n],
  ['[:find ?n :in $ ?sku ?n :where [?e :inv/sku ?sku] [?e :inv/count ?n]]', 'S3', 4],
  ['[:find ?s ?p :where [?e :inv/sku "S7"] [?e :inv/price ?p] [?e :inv/sku ?s]]'],
  ['[:find ?e :in $ ?sku ?sku :where [?e :inv/sku ?sku]]', 'S3', 'S4'],
  ['[:find ?s :where [?e :inv/sku "S8"] [?e :inv/like ?e] [?e :inv/sku ?s]]'],
  ['[:find ?s :where [?e :inv/sku "S5"] [?e :inv/like ?e] [?e :inv/sku ?s]]'],
  ['[:find ?s ?n :keys sku n :where [?e :inv/sku ?s ?tx] [?e :inv/sku "S9"] [?e :inv/count ?n ?tx]]'],
]

async function filled(): Promise<Connection> {
  const conn = await open('points', { storage: memory(), schema })
  await conn.transact(
    Array.from({ length: 40 }, (_, i) => ({
      'db/id': `s${i}`,
      'inv/sku': `S${i}`,
      'inv/count': i,
      'inv/price': `${i}.50`,
      'inv/tag': [i, i * 10],
      'inv/like': i % 8 === 0 ? `s${i}` : `s${i - 1}`,
    })),
  )
  await conn.transact([[':db/add', ['inv/sku', 'S3'], 'inv/count', 30]])
  await conn.transact([[':db/add', ['inv/sku', 'S3'], 'inv/count', 3]])
  return conn
}

describe('a query that looks at one fact after another', () => {
  it.each(QUERIES)('answers as one that is planned: %s', async (query: string, ...inputs: unknown[]) => {
    const conn = await filled()
    const now = conn.db()
    const speculative = await now.with([[':db/add', ['inv/sku', 'S4'], 'inv/count', 44]])
    for (const db of [now, now.asOf(2), now.since(2), now.history(), speculative.dbAfter]) {
      expect(await db.q(query, inputs)).toEqual(await db.q(planned(query), inputs))
    }
    await conn.close()
  })

  it('waits for facts that are not in memory', async () => {
    const storage = memory()
    const before = await open('points', { storage, schema, indexing: { novelty: 1 } })
    await before.transact([{ 'inv/sku': 'S1', 'inv/count': 1 }])
    await indexedTo(storage, 'points', before.db().basisT)
    await before.close()
    const conn = await open('points', { storage, schema })
    const query = '[:find ?n . :in $ ?sku :where [?e :inv/sku ?sku] [?e :inv/count ?n]]'
    expect(await conn.db().q(query, ['S1'])).toBe(1)
    expect(await conn.db().q(query, ['S1'])).toBe(1)
    await conn.close()
  })

  it('keeps to its limits', async () => {
    const conn = await filled()
    const query = '[:find ?n . :where [?e :inv/sku "S1"] [?e :inv/count ?n]]'
    const aborted = AbortSignal.abort()
    await expect(conn.db().q(query, [], { signal: aborted })).rejects.toMatchObject({ code: 'query/aborted' })
    await expect(conn.db().q(query, [], { maxRows: 0 })).rejects.toMatchObject({ code: 'query/too-many-rows' })
    await conn.close()
  })
})

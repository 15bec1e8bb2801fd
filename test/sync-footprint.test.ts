import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { News, Reads } from '../src/sync/footprint.ts'
import { runs } from './support/seeds.ts'
import { agreed, type Client, client, quiet, SCHEMA, TestServer } from './support/sync-world.ts'

const open: Client[] = []
afterEach(async () => {
  for (const { conn } of open.splice(0)) await conn.close()
})

const stock = (n: number) => Array.from({ length: n }, (_, i) => ({ 'inv/sku': `S${i}`, 'inv/count': 0 }))
const restock = async (db: { q: (query: string, inputs: unknown[]) => Promise<unknown> }, sku: string) => {
  const found = await db.q('[:find ?n . :in $ ?sku :where [?e :inv/sku ?sku] [?e :inv/count ?n]]', [sku])
  return [[':db/add', ['inv/sku', sku], 'inv/count', Number(found) + 100]]
}

/** Two replicas of one shop with so many items; both are up to date. */
async function shops(items: number): Promise<{ ann: Client; ben: Client }> {
  const functions = { 'shop/restock': restock }
  const server = new TestServer(undefined, { functions })
  const [ann, ben] = [await client(server, { functions }), await client(server, { functions })]
  open.push(ann, ben)
  await ann.conn.transact(SCHEMA)
  await ann.conn.transact(stock(items))
  await quiet(ann)
  await agreed(ann, ben)
  return { ann, ben }
}
const count = ({ conn }: Client, sku: string): Promise<unknown> =>
  conn.db().q('[:find ?n . :in $ ?sku :where [?e :inv/sku ?sku] [?e :inv/count ?n]]', [sku])

describe('a rebase', () => {
  it('runs nothing again that the news does not touch, however much is pending', async () => {
    const { ann, ben } = await shops(210)
    ben.conn.sync.setOnline(false)
    await Promise.all(
      Array.from({ length: 200 }, (_, i) => ben.conn.transact([[':db/inc', ['inv/sku', `S${i}`], 'inv/count', 1]])),
    )
    for (let i = 200; i < 210; i++) await ann.conn.transact([[':db/inc', ['inv/sku', `S${i}`], 'inv/count', 5]])
    await quiet(ann)
    ben.conn.sync.setOnline(true)
    await quiet(ben)
    expect(ben.replica.ledger.reruns).toBe(0)
    expect(await count(ben, 'S7')).toBe(1)
    expect(await count(ben, 'S205')).toBe(5)
    await agreed(ann, ben)
  })

  it('runs again what the news touches, and what was built on it', async () => {
    const { ann, ben } = await shops(40)
    ben.conn.sync.setOnline(false)
    for (let i = 0; i < 40; i++) await ben.conn.transact([[':db/inc', ['inv/sku', `S${i}`], 'inv/count', 1]])
    await ben.conn.transact([['shop/restock', 'S3']])
    await ben.conn.transact([['shop/restock', 'S9']])
    await ann.conn.transact([[':db/inc', ['inv/sku', 'S3'], 'inv/count', 10]])
    await quiet(ann)
    ben.conn.sync.setOnline(true)
    await quiet(ben)
    await agreed(ann, ben)
    // the increment of S3 and the restocking that had read its count; S9's is as it was
    expect(ben.replica.ledger.reruns).toBe(2)
    expect(await count(ben, 'S3')).toBe(111)
    expect(await count(ben, 'S9')).toBe(101)
  })

  it('runs only what a withdrawal leaves without its ground', async () => {
    const { ben } = await shops(20)
    ben.conn.sync.setOnline(false)
    const made = await ben.conn.transact([{ 'db/id': 'x', 'inv/sku': 'NEW', 'inv/count': 1 }])
    for (let i = 0; i < 20; i++) await ben.conn.transact([[':db/inc', ['inv/sku', `S${i}`], 'inv/count', 1]])
    await ben.conn.transact([[':db/inc', ['inv/sku', 'NEW'], 'inv/count', 1]])
    void ben.conn.sync.withdraw(made.id)
    await expect.poll(() => count(ben, 'NEW')).toBe(undefined)
    expect(ben.replica.ledger.reruns).toBe(1)
    const [last] = (await ben.conn.sync.pending()).slice(-1)
    expect(last?.conflict?.code).toBe('entity/unknown')
  })

  it('lets others have their turn while thousands of transactions are put on top again', async () => {
    const { ann, ben } = await shops(3)
    ben.conn.sync.setOnline(false)
    await Promise.all(
      Array.from({ length: 2000 }, () => ben.conn.transact([[':db/inc', ['inv/sku', 'S0'], 'inv/count', 1]])),
    )
    await ann.conn.transact([[':db/inc', ['inv/sku', 'S0'], 'inv/count', 5]])
    await quiet(ann)
    const pulled = new Promise<void>((resolve) => {
      const stop = ben.conn.sync.subscribe(() => {
        if (ben.conn.sync.getSnapshot().t !== ann.conn.sync.getSnapshot().t) return
        stop()
        resolve()
      })
    })
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    ben.conn.sync.setOnline(true)
    await pulled
    clearInterval(timer)
    expect(turns).toBeGreaterThan(5)
    expect(await count(ben, 'S0')).toBe(2005)
    expect(ben.replica.ledger.reruns).toBe(2000)
    ben.conn.sync.setOnline(false)
  })
})

describe('a footprint', () => {
  const facts = fc.record({
    e: fc.integer({ min: 1000, max: 1005 }),
    a: fc.integer({ min: 60, max: 64 }),
    v: fc.integer({ min: 0, max: 3 }),
  })

  it('meets every fact that lies in a range which was read, coarse as it may be', () => {
    fc.assert(
      fc.property(fc.array(facts, { minLength: 1, maxLength: 400 }), facts, fc.nat(3), (read, { e, a, v }, how) => {
        const reads = new Reads()
        for (const place of [...read, { e, a, v }]) {
          if (how === 0) reads.note('eavt', { e: place.e, a: place.a }, { e: place.e, a: place.a })
          else {
            const at = how === 1 ? { e: place.e } : { a: place.a, v: place.v }
            reads.note(how === 1 ? 'eavt' : how === 2 ? 'avet' : 'aevt', at, at)
          }
        }
        const news = new News()
        news.addFacts({ length: 1, e: [e], a: [a], v: [v], added: [1], increments: [] })
        expect(news.meets(reads.done(), [])).toBe(true)
        expect(reads.done().size).toBeLessThanOrEqual(256)
      }),
      runs(200) as fc.Parameters<unknown>,
    )
  })

  it('of many places is everything', () => {
    const reads = new Reads()
    for (let e = 0; e < 1000; e++) {
      const at = { e: 1000 + e }
      reads.note('eavt', at, at)
    }
    expect([...reads.done()]).toEqual(['*'])
  })
})

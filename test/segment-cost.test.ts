import { describe, expect, it } from 'vitest'
import type { Connection } from '../src/api/connection.ts'
import { memory, open } from '../src/engine.ts'
import type { LocalStorage } from '../src/storage/port.ts'
import { indexedTo } from './support/indexed.ts'
import { instead, wrapped } from './support/wrapped-storage.ts'

const schema = { 'inv/sku': { type: 'string', unique: 'identity' }, 'inv/count': { type: 'long' } } as const
/** Small segments; nothing is merged while costs are looked at. */
const BUILDING = { novelty: 2000, segmentRows: 1000 }
const READING = { novelty: Number.POSITIVE_INFINITY, cacheBytes: 0 }
/** Elements of a transaction. */
const STEP = 500

/** What is asked of a storage for something, in order. */
type Cost = Readonly<Record<'open' | 'lookup' | 'transact' | 'asOf' | 'scan' | 'nothing', string>>

const segmentsIn = (cost: string): number =>
  [...cost.matchAll(/segments (\d+)/g)].reduce((sum, [, n]) => sum + Number(n), 0)

/** So many items, each of which has changed so many times; two facts each, beside its past. */
async function built(items: number, changes: number): Promise<{ storage: LocalStorage; middle: number }> {
  const storage = memory()
  const conn = await open('shop', { storage, schema, indexing: BUILDING })
  for (let change = 0; change < changes; change++) {
    for (let i = 0; i < items; i += STEP) {
      const item = (_: unknown, k: number) => ({
        'inv/sku': `SKU-${i + k}`,
        'inv/count': ((i + k) % 100) + change * 100,
      })
      await conn.transact(Array.from({ length: STEP }, item))
    }
  }
  const { basisT } = conn.db()
  await indexedTo(storage, 'shop', basisT)
  await conn.close()
  return { storage, middle: Math.ceil(basisT / 2) }
}

async function costOf(items: number, changes: number): Promise<Cost> {
  const { storage, middle } = await built(items, changes)
  const asked: string[] = []
  const count = <T>(what: string, answer: T): T => {
    asked.push(what)
    return answer
  }
  const counting = wrapped(storage, (store) =>
    instead(store, {
      read: async (t) => {
        const state = await store.read(t)
        return count(state.root === undefined ? 'read' : 'read root', state)
      },
      readRoot: () => count('read', store.readRoot()),
      readLog: (from, limit) => count('log', store.readLog(from, limit)),
      readSegments: (ids) => count(`segments ${ids.length}`, store.readSegments(ids)),
      commitIndex: (epoch, change) => count('index', store.commitIndex(epoch, change)),
    }),
  )
  const costIn = async (doing: () => Promise<unknown>): Promise<string> => {
    asked.length = 0
    await doing()
    return asked.join(', ')
  }
  let conn: Connection | undefined
  const opening = await costIn(async () => {
    conn = await open('shop', { storage: counting, indexing: READING })
  })
  const opened = conn as Connection
  const sku = (i: number) => ['inv/sku', `SKU-${i}`] as const
  const ahundred = (): Promise<unknown[]> => opened.db().seekDatoms('aevt', 'inv/count', { limit: 100 })
  const cost = {
    open: opening,
    lookup: await costIn(() => opened.db().pull(['inv/count'], sku(items >> 1))),
    transact: await costIn(() => opened.transact([{ 'inv/sku': `SKU-${items >> 2}`, 'inv/count': -1 }])),
    asOf: await costIn(() => opened.db().asOf(middle).pull(['inv/count'], sku(7))),
    scan: await costIn(async () => expect(await ahundred()).toHaveLength(100)),
    nothing: await costIn(() => new Promise((resolve) => setTimeout(resolve, 20))),
  }
  await opened.close()
  return cost
}

describe('what opening and small reads and writes read', () => {
  /** Segments; one more where a place is at the border of two, which depends on when merges were made. */
  const SEGMENTS = { lookup: 2, transact: 4, asOf: 2, scan: 1 } as const

  function expectSmall(cost: Cost, asOf: number = SEGMENTS.asOf): void {
    expect([cost.open, cost.nothing]).toEqual(['read root, read', ''])
    for (const [name, n] of Object.entries({ ...SEGMENTS, asOf })) {
      const asked = cost[name as keyof Cost]
      expect(asked, name).toMatch(/^segments \d+(, segments \d+)*$/)
      expect(segmentsIn(asked), `${name}: ${asked}`).toBeLessThanOrEqual(n + 1)
    }
  }

  it.each([5000, 50_000, 500_000])(
    'does not grow with the database (twice %i datoms)',
    async (items) => {
      expectSmall(await costOf(items, 1))
    },
    300_000,
  )

  it('does not grow with a history 50 times as long; as of the middle of it by levels', async () => {
    // a segment for each level of time in which an item has a past: 4^0 to 4^3 transactions
    expectSmall(await costOf(1000, 50), SEGMENTS.asOf + 3)
  }, 120_000)
})

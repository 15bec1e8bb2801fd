import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connection } from '../src/api/connection.ts'
import { AnnalsError } from '../src/base/errors.ts'
import { segmentsOf } from '../src/db/merge.ts'
import { decodeRoot } from '../src/db/root.ts'
import { SegmentCache } from '../src/db/segment-cache.ts'
import { alone, type Lead } from '../src/engine/lead.ts'
import { open } from '../src/engine.ts'
import { memory } from '../src/storage/memory.ts'
import type { IndexCommit, LocalStorage, LocalStore } from '../src/storage/port.ts'
import { indexedTo } from './support/indexed.ts'
import { EAGER } from './support/indexing.ts'
import { join, leave } from './support/join.ts'
import { play, shopSchema, tell } from './support/shop-history.ts'
import { seededRandom } from './support/simulation/random.ts'
import { SCHEMA, TestServer } from './support/sync-world.ts'
import { instead, wrapped } from './support/wrapped-storage.ts'

const TINY = { novelty: 8, segmentRows: 5, cacheBytes: 0 }
/** Nothing is merged unless it has to be made anew. */
const STILL = { ...TINY, novelty: 1e9 }

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** A closed database with a root that names many segments, and what it says. */
async function indexedShop(storage: LocalStorage, seed: number): Promise<readonly string[]> {
  const conn = await open('shop', { storage, schema: shopSchema, indexing: TINY })
  await play([conn], 20, seededRandom(seed))
  await indexedTo(storage, 'shop', conn.db().basisT - 8)
  const wanted = await tell(conn)
  await conn.close()
  return wanted
}

async function liveIds(store: LocalStore): Promise<number[]> {
  const root = await store.readRoot()
  const found = decodeRoot(root?.body as Uint8Array, new SegmentCache((ids) => store.readSegments(ids), 0))
  return [...segmentsOf((found as NonNullable<typeof found>).db)].sort((a, b) => a - b)
}

/** Ids that the newest root names and ids that are stored are the same. */
async function expectWhole(storage: LocalStorage): Promise<void> {
  const store = await storage.open('shop')
  await vi.waitFor(async () => expect(await store.segmentIds()).toEqual(await liveIds(store)))
  await store.close()
}

const codesOf = (conn: Connection): string[] => conn.health.getSnapshot().map(({ code }) => code)

describe('a segment that the root names and the store has lost', () => {
  it.each([0, 1, 2, 3])('is damage: told, and made anew from the log (quarter %i)', async (quarter) => {
    const storage = memory()
    const wanted = await indexedShop(storage, 6)
    const store = await storage.open('shop')
    const ids = await liveIds(store)
    const lost = ids.slice(Math.floor((quarter * ids.length) / 4), Math.floor(((quarter + 1) * ids.length) / 4))
    const { head } = await store.beginIndexing()
    await store.commitIndex(head.epoch, { remove: lost })
    await store.close()

    const conn = await open('shop', { storage, indexing: STILL })
    await vi.waitFor(async () => expect(await tell(conn)).toEqual(wanted))
    expect(codesOf(conn)).toEqual(['storage/corrupt'])
    await conn.transact([{ 'p/name': 'n0', 'p/note': 'after' }])
    await expectWhole(storage)
    const now = await tell(conn)
    await conn.close()

    const again = await open('shop', { storage, indexing: STILL })
    expect(await tell(again)).toEqual(now)
    expect(codesOf(again)).toEqual([])
    await again.close()
  })
})

describe('a segment that the store finds damaged', () => {
  const refusing = (storage: LocalStorage, isBad: (id: number) => boolean): LocalStorage =>
    wrapped(storage, (store) =>
      instead(store, {
        async readSegments(ids) {
          const segment = ids.find(isBad)
          if (segment === undefined) return store.readSegments(ids)
          throw new AnnalsError('storage/corrupt', `segment ${segment} cannot be read`, { what: 'segment', segment })
        },
      }),
    )

  it('is made anew from the log, without anything being written first', async () => {
    const storage = memory()
    const wanted = await indexedShop(storage, 6)
    const store = await storage.open('shop')
    const [, bad] = await liveIds(store)
    await store.close()
    const conn = await open('shop', { storage: refusing(storage, (id) => id === bad), indexing: STILL })
    await vi.waitFor(async () => expect(await tell(conn)).toEqual(wanted))
    expect(codesOf(conn)).toEqual(['storage/corrupt'])
    await expectWhole(storage)
    await conn.close()
    const again = await open('shop', { storage, indexing: STILL })
    expect(await tell(again)).toEqual(wanted)
    expect(codesOf(again)).toEqual([])
    await again.close()
  })

  it('fails nothing but itself of what is read together with it', async () => {
    const storage = memory()
    await indexedShop(storage, 6)
    const store = await storage.open('shop')
    const ids = await liveIds(store)
    const told: AnnalsError[] = []
    const read = refusing(storage, (id) => id === ids[1])
    const seen = await read.open('shop')
    const cache = new SegmentCache(
      (wanted) => seen.readSegments(wanted),
      2 ** 20,
      (e) => told.push(e),
    )
    const outcomes = await Promise.allSettled(ids.slice(0, 4).map((id) => cache.load([id], () => undefined)))
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
    expect(told.map(({ data }) => data.segment)).toEqual([ids[1]])
    await Promise.all([store.close(), seen.close()])
  })
})

describe('a merge that fails', () => {
  /** A storage in which some steps of indexing fail. */
  const failing = (storage: LocalStorage, fails: (change: IndexCommit) => boolean): LocalStorage =>
    wrapped(storage, (store) =>
      instead(store, {
        async commitIndex(epoch, change) {
          if (fails(change)) throw new AnnalsError('storage/quota-exceeded', 'the disk is full')
          return store.commitIndex(epoch, change)
        },
      }),
    )

  it('leaves none of its segments behind, however often it fails', async () => {
    const storage = memory()
    let left = 2
    let most = 0
    const conn = await open('shop', {
      storage: failing(storage, ({ root }) => root !== undefined && left-- > 0),
      schema: shopSchema,
      indexing: { ...EAGER, novelty: 60 },
    })
    const store = await storage.open('shop')
    const random = seededRandom(8)
    const noise = (): string => Array.from({ length: 700 }, () => random().toString(36)).join('')
    // more than is stored in one step
    await conn.transact(Array.from({ length: 90 }, (_, i) => ({ 'p/name': `n${i}`, 'p/note': noise() })))
    await vi.waitFor(async () => {
      most = Math.max(most, (await store.segmentIds()).length)
      expect(left).toBeLessThan(0)
    }, 20_000)
    expect(codesOf(conn)).toContain('storage/quota-exceeded')
    await expectWhole(storage)
    expect(most).toBeLessThan(2 * (await store.segmentIds()).length)
    await Promise.all([store.close(), conn.close()])
  })

  it('because old segments could not be removed names none that was not stored', async () => {
    const storage = memory()
    let refused = 0
    const conn = await open('shop', {
      storage: failing(storage, ({ remove }) => remove !== undefined && refused++ % 2 === 0),
      schema: shopSchema,
      indexing: { ...EAGER, segmentRows: 5 },
    })
    const store = await storage.open('shop')
    for (let i = 0; refused < 20; i++) {
      await play([conn], 2, seededRandom(i))
      await new Promise((resolve) => setTimeout(resolve, 1))
      if ((await store.readRoot()) === undefined) continue
      const live = await liveIds(store)
      const there = new Set(await store.segmentIds())
      // a root that came in between may have retired some
      if (live.join() === (await liveIds(store)).join()) expect(live.filter((id) => !there.has(id))).toEqual([])
    }
    await Promise.all([store.close(), conn.close()])
  })
})

it('two that index at once remove nothing that the newest root names', async () => {
  const storage = memory()
  /** Opens it; `lead` lets it index, `remove` has it remove now what it is to remove in a minute. */
  const tab = async () => {
    let thaw = (): void => undefined
    let frozen = Promise.resolve()
    const freezing = wrapped(storage, (store) =>
      instead(store, { beginIndexing: () => frozen.then(() => store.beginIndexing()) }),
    )
    let lead = (): void => undefined
    const removals: (() => void)[] = []
    const conn = await open('shop', {
      storage: freezing,
      indexing: {
        novelty: 8,
        segmentRows: 5,
        lead: (work) => {
          let resign = (): void | Promise<void> => undefined
          lead = () => {
            resign = alone(work)
          }
          return () => resign()
        },
        after: (ms, run) => {
          if (ms >= 60_000) removals.push(run)
          else setTimeout(run, 0)
          return () => undefined
        },
      },
    })
    const freeze = (): void => {
      frozen = new Promise((resolve) => {
        thaw = resolve
      })
    }
    return {
      conn,
      lead: () => lead(),
      freeze,
      thaw: () => thaw(),
      remove: () => removals.splice(0).map((run) => run()).length,
    }
  }
  const [one, other] = [await tab(), await tab()]
  const store = await storage.open('shop')
  const root = async (): Promise<string> => `${(await store.readRoot())?.body}`
  /** Resolves when there is another root than before `work`. */
  const indexed = async (work: () => unknown): Promise<void> => {
    const before = await root()
    await work()
    await vi.waitFor(async () => expect(await root()).not.toBe(before))
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const install = (name: string): Promise<unknown> =>
    one.conn.transact(
      ['a', 'b', 'c'].map((part) => ({
        'db/ident': `:${name}/${part}`,
        'db/valueType': ':db.type/long',
        'db/cardinality': ':db.cardinality/one',
      })),
    )
  // the empty database twice, each in segments of its own
  await indexed(one.lead)
  await indexed(other.lead)
  // the first goes on from its own, and the other from there
  other.freeze()
  await indexed(() => install('x'))
  one.freeze()
  await indexed(() => {
    other.thaw()
    return install('y')
  })
  expect(other.remove()).toBeGreaterThan(0)
  await new Promise((resolve) => setTimeout(resolve, 20))
  const there = new Set(await store.segmentIds())
  expect((await liveIds(store)).filter((id) => !there.has(id))).toEqual([])
  one.thaw()
  await Promise.all([one.conn, other.conn, store].map((open) => open.close()))
})

it('who goes on with what another has made anew of the same log builds on what that has made', async () => {
  const storage = memory()
  await indexedShop(storage, 9)
  const damaging = await open('shop', { storage, indexing: STILL })
  let lead = (): void => undefined
  const later: Lead = (work) => {
    let resign = (): void | Promise<void> => undefined
    lead = () => {
      resign = alone(work)
    }
    return () => resign()
  }
  const other = await open('shop', { storage, indexing: { novelty: 8, segmentRows: 5, lead: later } })
  const wanted = await tell(other) // all of it is in memory
  const store = await storage.open('shop')
  const [lost] = await liveIds(store)
  const { head } = await store.beginIndexing()
  await store.commitIndex(head.epoch, { remove: [lost as number] })
  const before = await liveIds(store)
  await vi.waitFor(async () => expect(await tell(damaging)).toEqual(wanted))
  await vi.waitFor(async () => expect(await liveIds(store)).not.toEqual(before))
  await expectWhole(storage)
  await damaging.close()
  const { t } = (await store.readRoot()) as { t: number }
  for (let i = 0; i < 12; i++) await other.transact([{ 'p/name': `later ${i}` }])
  lead()
  await vi.waitFor(async () => expect((await store.readRoot())?.t).toBeGreaterThan(t))
  const there = new Set(await store.segmentIds())
  expect((await liveIds(store)).filter((id) => !there.has(id))).toEqual([])
  await Promise.all([other.close(), store.close()])
})

describe('a replica whose store has lost segments', () => {
  it('opens with all that it has queued, and makes its index anew', async () => {
    const server = new TestServer()
    const storage = memory()
    const { conn } = await join(server, { storage, indexing: TINY })
    await conn.transact(SCHEMA)
    for (let i = 0; i < 30; i++) await conn.transact([{ 'inv/sku': `S${i % 7}`, 'inv/count': i }])
    await vi.waitFor(() => expect(conn.sync.getSnapshot().pending).toBe(0))
    conn.sync.setOnline(false)
    await conn.transact([{ 'inv/sku': 'S1', 'inv/count': 1000 }])
    const counts = (c: Connection) => c.db().q('[:find ?s ?n :where [?e :inv/sku ?s] [?e :inv/count ?n] :order-by ?s]')
    const wanted = await counts(conn)
    const store = await storage.open('inventory')
    await vi.waitFor(async () => expect((await liveIds(store)).length).toBeGreaterThan(10))
    await leave()
    const { head } = await store.beginIndexing()
    await store.commitIndex(head.epoch, { remove: await liveIds(store) })

    const again = (await join(server, { storage, indexing: STILL })).conn
    again.sync.setOnline(false)
    await vi.waitFor(async () => expect(await counts(again)).toEqual(wanted))
    expect(codesOf(again)).toEqual(['storage/corrupt'])
    await vi.waitFor(async () => expect(await store.segmentIds()).toEqual(await liveIds(store)))
    await store.close()
  })
})

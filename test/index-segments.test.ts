import { describe, expect, it, vi } from 'vitest'
import type { Connection, Stats } from '../src/api/connection.ts'
import type { Db } from '../src/api/db.ts'
import { segmentsOf } from '../src/db/merge.ts'
import { decodeRoot } from '../src/db/root.ts'
import { decodeSegment } from '../src/db/segment/decode-segment.ts'
import { SegmentCache } from '../src/db/segment-cache.ts'
import { open } from '../src/engine.ts'
import { memory } from '../src/storage/memory.ts'
import type { LocalStorage, LocalStore } from '../src/storage/port.ts'
import { indexedTo } from './support/indexed.ts'
import { EAGER, NEVER } from './support/indexing.ts'
import { seedsOf } from './support/seeds.ts'
import { play, shopSchema, tell } from './support/shop-history.ts'
import { seededRandom } from './support/simulation/random.ts'
import { instead, wrapped } from './support/wrapped-storage.ts'

/** Segments so small that every border is crossed, merged all the time, and none kept in memory. */
const TINY = { novelty: 8, segmentRows: 5, cacheBytes: 0 }
/** Everything in memory. */
const NONE = { novelty: Number.POSITIVE_INFINITY }

/** A shop with a history of so many steps, of which all but the last few transactions lie in segments. */
async function indexedShop(
  storage: LocalStorage,
  steps: number,
  seed: number,
  indexing: object = TINY,
): Promise<Connection> {
  const conn = await open('shop', { storage, schema: shopSchema, indexing })
  await play([conn], steps, seededRandom(seed))
  await indexedTo(storage, 'shop', conn.db().basisT - 8)
  return conn
}

describe('a database that lies in segments', () => {
  it.each(seedsOf(8))('says the same as one in memory (seed %i)', async (seed) => {
    const storage = memory()
    const plain = await open('plain', { storage, schema: shopSchema, indexing: NONE })
    const indexed = await open('indexed', { storage, schema: shopSchema, indexing: TINY })
    await play([plain, indexed], 40, seededRandom(seed))
    await indexedTo(storage, 'indexed', indexed.db().basisT - 8)
    const wanted = await tell(plain)
    expect(await tell(indexed)).toEqual(wanted)
    const stats = ({ name: _, index: _i, cache: _c, ...rest }: Stats) => rest
    const { index, cache } = await indexed.stats()
    expect(stats(await indexed.stats())).toEqual(stats(await plain.stats()))
    expect(index).toMatchObject({ t: expect.any(Number), bytes: expect.any(Number), bytesPerDatom: expect.any(Number) })
    expect(index.segments).toBeGreaterThan(10)
    expect(cache).toMatchObject({ budget: 0, hits: expect.any(Number) })
    expect(cache.readBytes).toBeGreaterThan(cache.misses)
    expect((await plain.stats()).index).toMatchObject({ t: 0, segments: 0 })

    await indexed.close()
    const again = await open('indexed', { storage, indexing: TINY })
    expect(await tell(again)).toEqual(wanted)
    await play([plain, again], 15, seededRandom(seed + 1000))
    expect(await tell(again)).toEqual(await tell(plain))
    await Promise.all([plain.close(), again.close()])
  })

  it.each(seedsOf(4))('is the same for two tabs that both write and both index (seed %i)', async (seed) => {
    const storage = memory()
    const random = seededRandom(seed)
    const first = await open('shop', { storage, schema: shopSchema, indexing: TINY })
    const second = await open('shop', { storage, schema: shopSchema, indexing: TINY })
    for (let i = 0; i < 8; i++) await Promise.all([play([first], 2, random), play([second], 2, random)])
    const t = Math.max(first.db().basisT, second.db().basisT)
    await indexedTo(storage, 'shop', t - 8)
    const plain = await open('shop', { storage: withoutRoot(storage), indexing: NONE })
    const wanted = await tell(plain)
    for (const tab of [first, second]) {
      await vi.waitFor(() => expect(tab.db().basisT).toBe(t))
      expect(await tell(tab)).toEqual(wanted)
    }
    await Promise.all([first, second, plain].map((conn) => conn.close()))
  })

  it.each(seedsOf(2))(
    'loses nothing when its process dies at any write of a merge (seed %i)',
    async (seed) => {
      let died = true
      for (let at = 0; died; at++) {
        died = false
        const storage = memory()
        let writes = 0
        let isOver = false
        const mortal = wrapped(storage, (store) => {
          const never = new Promise<never>(() => undefined)
          const write = <T>(doing: () => Promise<T>): Promise<T> => {
            if (died) return never
            if (isOver || writes++ < at * 7) return doing()
            died = true
            // some deaths come before the write has reached the disk, others after
            return at % 2 === 0 ? never : doing().then(() => never)
          }
          return instead(store, {
            commitIndex: (epoch, change) => write(() => store.commitIndex(epoch, change)),
            beginIndexing: () => write(() => store.beginIndexing()),
          })
        })
        const doomed = await open('shop', { storage: mortal, schema: shopSchema, indexing: TINY })
        await play([doomed], 12, seededRandom(seed))
        const wanted = await tell(doomed)
        // whoever did not die by now dies no more
        isOver = true
        if (!died) {
          await indexedTo(storage, 'shop', doomed.db().basisT - 8)
          await doomed.close()
        }

        const again = await open('shop', { storage, indexing: TINY })
        expect(await tell(again)).toEqual(wanted)
        await indexedTo(storage, 'shop', again.db().basisT - 8)
        expect(await tell(again)).toEqual(wanted)
        await again.close()
      }
    },
    60_000,
  )
})

describe('what a merge leaves behind', () => {
  it('is removed after a minute, and by whoever indexes next when that one has died', async () => {
    const storage = memory()
    const timers = new Timers()
    const indexing = { ...TINY, after: timers.after }
    const conn = await open('shop', { storage, schema: shopSchema, indexing })
    await play([conn], 30, seededRandom(1))
    await timers.until(() => conn.db().basisT - 8, storage)
    const store = await storage.open('shop')
    const before = await store.segmentIds()
    await timers.pass(60_000)
    const live = await liveSegments(store)
    expect(before.length).toBeGreaterThan(live.length)
    await vi.waitFor(async () => expect(await store.segmentIds()).toEqual(live))
    await play([conn], 10, seededRandom(2))
    await conn.close()

    const next = await open('shop', { storage, indexing })
    await play([next], 20, seededRandom(3))
    await timers.until(() => next.db().basisT - 8, storage)
    await timers.pass(60_000)
    const later = await liveSegments(store)
    expect(later).not.toEqual(live)
    await vi.waitFor(async () => expect(await store.segmentIds()).toEqual(later))
    await next.close()
  })
})

describe('a value whose segments were removed', () => {
  it('is read as of its basis, and one with facts of its own says that it is gone', async () => {
    const storage = memory()
    const conn = await open('shop', { storage, schema: shopSchema, indexing: TINY })
    await play([conn], 20, seededRandom(4))
    await indexedTo(storage, 'shop', conn.db().basisT - 8)
    const old = conn.db()
    const { dbAfter } = await old.with([{ 'p/name': 'nobody else' }])
    const unseen = async (db: Db) => (await db.datoms('eavt')).filter(({ a }) => a !== seen) // no history, no past
    const seen = await old.entid(':p/seen')
    const wanted = await unseen(old)
    const both = '[:find ?n ?m :in $ $2 :where [?e :p/name ?n] [$2 ?e :p/name ?m]]'
    const compared = await old.q(both, [old])
    const third = await old.asOf(3).q<Date>('[:find (max ?i) . :where [_ :db/txInstant ?i]]')
    await play([conn], 60, seededRandom(5))
    await indexedTo(storage, 'shop', conn.db().basisT - 8)
    const store = await storage.open('shop')
    const { head } = await store.beginIndexing()
    const live = new Set(await liveSegments(store))
    await store.commitIndex(head.epoch, { remove: (await store.segmentIds()).filter((id) => !live.has(id)) })

    expect(await unseen(old)).toEqual(wanted)
    for (const point of [3, third])
      expect(await old.asOf(point).datoms('aevt')).toEqual(await conn.db().asOf(point).datoms('aevt'))
    const { dbAfter: further } = await conn.db().with([{ 'p/name': 'somebody else' }])
    for (const now of [conn.db(), further]) {
      const names = await now.q<[string, string][]>(both, [old])
      const backwards = await old.q<[string, string][]>(both, [now])
      expect(names.map(([n, m]) => [m, n]).sort()).toEqual(backwards.sort())
      expect((await now.explain(both, [old])).rows).toBe(names.length)
    }
    expect(await old.q(both, [old])).toEqual(compared)
    const beside = conn.live<[string, string][]>(both, [old])
    beside.subscribe(() => undefined)
    await vi.waitFor(() => expect(beside.getSnapshot().status).not.toBe('loading'))
    expect(beside.getSnapshot()).toMatchObject({ status: 'ready', data: await conn.db().q(both, [old]) })
    await expect(conn.db().q(both, [dbAfter])).rejects.toMatchObject({ code: 'db/gone' })
    await expect(dbAfter.datoms('eavt')).rejects.toMatchObject({ code: 'db/gone' })
    await conn.close()
  })
})

describe('a value whose segments were removed, and whose attributes are others today', () => {
  it.each<[string, object, boolean]>([
    ['another cardinality', { 'db/id': ':p/note', 'db/cardinality': ':db.cardinality/many' }, true],
    ['another name', { 'db/id': ':p/note', 'db/ident': ':p/remark' }, true],
    [
      'one more',
      { 'db/ident': ':p/new', 'db/valueType': ':db.type/long', 'db/cardinality': ':db.cardinality/one' },
      false,
    ],
  ])('%s', async (_, change, isGone) => {
    const storage = memory()
    const conn = await open('shop', { storage, schema: shopSchema, indexing: TINY })
    await play([conn], 10, seededRandom(4))
    await conn.transact([{ 'p/name': 'n0', 'p/note': 'one' }])
    await indexedTo(storage, 'shop', conn.db().basisT - 8)
    const old = conn.db()
    const pulled = (db: Db) => db.pull(['p/name', 'p/note'], ['p/name', 'n0'])
    const wanted = await pulled(old)
    const forms: readonly unknown[] = [change]
    await conn.transact(forms)
    await play([conn], 40, seededRandom(5))
    await indexedTo(storage, 'shop', conn.db().basisT - 8)
    const store = await storage.open('shop')
    const { head } = await store.beginIndexing()
    const live = new Set(await liveSegments(store))
    await store.commitIndex(head.epoch, { remove: (await store.segmentIds()).filter((id) => !live.has(id)) })
    if (isGone) await expect(pulled(old)).rejects.toMatchObject({ code: 'db/gone' })
    else expect(await pulled(old)).toEqual(wanted)
    await store.close()
    await conn.close()
  })
})

describe('a tab that slept while its segments were removed', () => {
  /** Hears nothing of what others do. */
  const deaf = (storage: LocalStorage): LocalStorage =>
    wrapped(storage, (store) => instead(store, { watch: () => () => undefined }))

  it.each([
    ['writes', false],
    ['reads', true],
  ])('%s on', async (_, reads) => {
    const storage = memory()
    const first = await indexedShop(storage, 30, 6)
    const sleeper = await open('shop', { storage: deaf(storage), indexing: { ...NONE, cacheBytes: 0 } })
    const old = sleeper.db()
    const wanted = await old.datoms('aevt', ':p/name')
    await play([first], 60, seededRandom(7))
    await indexedTo(storage, 'shop', first.db().basisT - 8)
    const newest = first.db().basisT
    const [name] = await first.db().q<string[]>('[:find [?n ...] :where [_ :p/name ?n]]')
    await first.close()
    const store = await storage.open('shop')
    const { head } = await store.beginIndexing()
    const live = new Set(await liveSegments(store))
    await store.commitIndex(head.epoch, { remove: (await store.segmentIds()).filter((id) => !live.has(id)) })

    if (reads) expect(await sleeper.db().datoms('aevt', ':p/name')).toEqual(wanted)
    const both = [{ 'p/name': name }, { 'p/name': 'somebody new' }].map((form) => sleeper.transact([form]))
    expect((await Promise.all(both)).map(({ t }) => t)).toEqual([newest + 1, newest + 2])
    expect(await old.datoms('aevt', ':p/name')).toEqual(wanted)
    const plain = await open('shop', { storage: withoutRoot(storage), indexing: NONE })
    expect(await tell(sleeper)).toEqual(await tell(plain))
    expect(sleeper.health.getSnapshot()).toEqual([])
    await Promise.all([sleeper.close(), plain.close(), store.close()])
  })

  it.each<[string, (conn: Connection) => Promise<unknown>]>([
    ['plans to undo', (conn) => conn.planUndo(20)],
    ['undoes', (conn) => conn.undo(20)],
    ['excises', (conn) => conn.excise(['p/name', 'n0'])],
    ['speculates', (conn) => conn.db().with([{ 'p/name': 'n0', 'p/note': 'perhaps' }])],
  ])('%s', async (_, act) => {
    const storage = memory()
    const first = await indexedShop(storage, 30, 9)
    await first.close()
    const writer = await open('shop', { storage, indexing: NEVER })
    const everybody = await writer.db().q<number[]>('[:find [?e ...] :where [?e :p/name]]')
    await writer.transact(everybody.map((e) => ({ 'db/id': e, 'p/seen': 1000, 'p/note': 'seen' })))
    await writer.close()
    const sleeper = await open('shop', {
      storage: deaf(storage),
      indexing: { ...NEVER, cacheBytes: 0, lead: () => () => undefined },
    })
    const second = await open('shop', { storage, indexing: { ...EAGER, novelty: 1, segmentRows: 4 } })
    await indexedTo(storage, 'shop', second.db().basisT)
    await second.close()
    const store = await storage.open('shop')
    const { head } = await store.beginIndexing()
    const live = new Set(await liveSegments(store))
    await store.commitIndex(head.epoch, { remove: (await store.segmentIds()).filter((id) => !live.has(id)) })
    expect(sleeper.db().basisT).toBe((await store.readRoot())?.t)
    await act(sleeper)
    expect(sleeper.health.getSnapshot()).toEqual([])
    await Promise.all([sleeper.close(), store.close()])
  })

  it('answers live queries, those that it had and new ones', async () => {
    const storage = memory()
    const indexing = { ...EAGER, segmentRows: 5 }
    const first = await indexedShop(storage, 30, 8, indexing)
    let wake = (): void => undefined
    const asleep = wrapped(storage, (store) =>
      instead(store, {
        watch: (listener) => {
          wake = listener
          return () => undefined
        },
      }),
    )
    const sleeper = await open('shop', {
      storage: asleep,
      indexing: { ...NEVER, cacheBytes: 0, lead: () => () => undefined },
    })
    const count = '[:find (count ?e) . :where [?e :p/name]]'
    const before = await sleeper.db().q<number>(count)
    const had = sleeper.live<number>(count)
    had.subscribe(() => undefined)
    await vi.waitFor(() => expect(had.getSnapshot()).toMatchObject({ status: 'ready', data: before }))
    for (let i = 0; i < 20; i++) await first.transact([{ 'p/name': `somebody new ${i}` }])
    await indexedTo(storage, 'shop', first.db().basisT)
    await first.close()
    const store = await storage.open('shop')
    const { head } = await store.beginIndexing()
    const live = new Set(await liveSegments(store))
    await store.commitIndex(head.epoch, { remove: (await store.segmentIds()).filter((id) => !live.has(id)) })

    const begun = sleeper.live<number>('[:find (count ?e) . :in $ ?a :where [?e ?a]]', ['p/name'])
    begun.subscribe(() => undefined)
    await vi.waitFor(() => expect(begun.getSnapshot()).toMatchObject({ status: 'ready' }))
    wake()
    await vi.waitFor(() => expect(had.getSnapshot()).toMatchObject({ status: 'ready', data: before + 20 }))
    await Promise.all([sleeper.close(), store.close()])
  })
})

describe('damage', () => {
  /** With a bit of each of these segments changed. */
  const damagedAt = (storage: LocalStorage, damaged: ReadonlySet<number>): LocalStorage =>
    wrapped(storage, (store) =>
      instead(store, {
        readSegments: async (ids) =>
          (await store.readSegments(ids)).map(
            (bytes, i) => bytes && (damaged.has(ids[i] as number) ? flipped(bytes) : bytes),
          ),
      }),
    )
  const flipped = (bytes: Uint8Array): Uint8Array => {
    const copy = bytes.slice()
    copy[copy.length - 3] = (copy.at(-3) as number) ^ 0x10
    return copy
  }

  it('of a segment is reported by its name, and mended from the log', async () => {
    const storage = memory()
    const conn = await open('shop', { storage, schema: shopSchema, indexing: TINY })
    await play([conn], 20, seededRandom(6))
    await indexedTo(storage, 'shop', conn.db().basisT - 8)
    const wanted = await tell(conn)
    await conn.close()

    const store = await storage.open('shop')
    const damaged = damagedAt(storage, new Set(await store.segmentIds()))
    await store.close()
    const again = await open('shop', { storage: damaged, indexing: { ...TINY, novelty: 1e9 } })
    const quiet = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    // answered from the log where that is read by then, refused otherwise
    const names = again.db().q('[:find ?n :where [?e :p/name ?n]]')
    await names.catch((e: unknown) => expect(e).toMatchObject({ code: 'storage/corrupt' }))
    const [damage] = again.health.getSnapshot()
    expect(damage).toMatchObject({ code: 'storage/corrupt' })
    expect(damage?.message).toMatch(/segment \d+/)
    await vi.waitFor(async () => expect(await tell(again)).toEqual(wanted))
    await again.close()
    quiet.mockRestore()
  })

  it('of the root is told, and everything comes from the log', async () => {
    const storage = memory()
    const conn = await open('shop', { storage, schema: shopSchema, indexing: TINY })
    await play([conn], 20, seededRandom(7))
    await indexedTo(storage, 'shop', conn.db().basisT - 8)
    const wanted = await tell(conn)
    await conn.close()
    const torn = wrapped(storage, (store) =>
      instead(store, {
        read: async () => {
          const state = await store.read()
          return { ...state, root: state.root && { ...state.root, body: state.root.body.slice(0, -9) } }
        },
      }),
    )
    const quiet = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const again = await open('shop', { storage: torn, indexing: TINY })
    expect(await tell(again)).toEqual(wanted)
    expect(again.health.getSnapshot().map(({ code }) => code)).toEqual(['storage/corrupt'])
    await again.close()
    quiet.mockRestore()
  })
})

describe('facts that were removed by law', () => {
  it.each(seedsOf(5))('leave the segments too, whoever had the database open (seed %i)', async (seed) => {
    const storage = memory()
    const conn = await open('shop', { storage, schema: shopSchema, indexing: TINY })
    const other = await open('shop', { storage, schema: shopSchema, indexing: TINY })
    await play([conn], 15, seededRandom(seed))
    await conn.transact([{ 'p/name': 'n0', 'p/note': 'a secret' }])
    const spoken = await conn.transact([{ 'p/name': 'n0', 'p/note': 'no secret' }])
    await play([conn], 10, seededRandom(seed + 100))
    await indexedTo(storage, 'shop', spoken.t as number)
    const store = await storage.open('shop')
    const stored = async (): Promise<string> => {
      const segments = await store.readSegments(await store.segmentIds())
      const rows = segments.map((bytes, i) => decodeSegment(bytes as Uint8Array, `${i}`).rows)
      return JSON.stringify(rows.map(({ v }) => v))
    }
    expect(await stored()).toContain('a secret')
    const old = conn.db()
    const { t } = await conn.excise('p/note')
    await indexedTo(storage, 'shop', t)
    await vi.waitFor(async () => expect(await stored()).not.toContain('secret'))
    await expect(old.datoms('eavt')).rejects.toMatchObject({ code: 'db/gone' })
    for (const tab of [conn, other]) {
      await vi.waitFor(() => expect(tab.db().basisT).toBe(t))
      expect((await tell(tab)).join('\n')).not.toContain('secret')
    }
    await Promise.all([conn.close(), other.close()])
    const again = await open('shop', { storage, indexing: TINY })
    expect((await tell(again)).join('\n')).not.toContain('secret')
    await again.close()
  })
})

describe('a page of an index', () => {
  it('reads the segments that it lies in and no others, either way, however long index and past', async () => {
    const storage = memory()
    const schema = { 'n/n': { type: 'long', index: true }, 'n/id': { type: 'long', unique: 'identity' } } as const
    const tiny = { novelty: 1, segmentRows: 20 }
    const conn = await open('shop', { storage, schema, indexing: tiny })
    for (let round = 0; round < 4; round++) {
      await conn.transact(Array.from({ length: 500 }, (_, i) => ({ 'n/id': i, 'n/n': i * 10 + round })))
    }
    await indexedTo(storage, 'shop', conn.db().basisT)
    await conn.close()
    let read = 0
    const counting = wrapped(storage, (store) =>
      instead(store, {
        readSegments: (ids) => {
          read += ids.length
          return store.readSegments(ids)
        },
      }),
    )
    const again = await open('shop', { storage: counting, indexing: { ...NONE, cacheBytes: 0 } })
    const costOf = async (ask: () => Promise<unknown[]>, found: number): Promise<number> => {
      read = 0
      expect(await ask()).toHaveLength(found)
      return read
    }
    const db = again.db()
    const page = { limit: 5 }
    const then = db.asOf(db.basisT - 2)
    for (const ask of [
      () => db.datoms('eavt', page),
      () => db.datoms('aevt', 'n/n', page),
      () => db.datoms('avet', 'n/n', { limit: 5, offset: 20 }),
      () => db.seekDatoms('avet', 'n/n', 2500, page),
      () => db.rseekDatoms('avet', 'n/n', 2500, page),
      () => db.rseekDatoms('eavt', page),
      () => db.indexRange('n/n', 100, 4000, page),
    ]) {
      // the place may begin at a segment's end: one, then two more
      expect(await costOf(ask, 5), ask.toString()).toBeLessThanOrEqual(3)
    }
    for (const ask of [
      () => then.datoms('avet', 'n/n', page),
      () => then.rseekDatoms('avet', 'n/n', 4000, page),
      () => db.history().datoms('aevt', 'n/n', page),
    ]) {
      // of the present and of the past, half of which is out of view
      expect(await costOf(ask, 5), ask.toString()).toBeLessThanOrEqual(14)
    }
    expect(await costOf(() => db.datoms('avet', 'n/n'), 500)).toBeGreaterThan(20)
    await again.close()
  })
})

describe('an open database', () => {
  it('writes nothing while nothing changes, and reads no root again at each catch-up', async () => {
    const storage = memory()
    const first = await indexedShop(storage, 20, 11)
    await first.close()
    const writer = await open('shop', { storage, indexing: NONE })

    const reads: string[] = []
    let writes = 0
    const writing = <T>(step: T): T => {
      writes++
      return step
    }
    const counting = wrapped(storage, (store) =>
      instead(store, {
        read: async (t) => {
          const state = await store.read(t)
          reads.push(state.root === undefined ? 'read' : 'root')
          return state
        },
        readRoot: () => {
          reads.push('root')
          return store.readRoot()
        },
        commit: (change) => writing(store.commit(change)),
        commitIndex: (epoch, change) => writing(store.commitIndex(epoch, change)),
      }),
    )
    const timers = new Timers()
    const reader = await open('shop', { storage: counting, indexing: { ...TINY, novelty: 50, after: timers.after } })
    await timers.pass(60_000)
    expect(reads).toEqual(['root', 'read'])
    for (let i = 0; i < 5; i++) {
      const { t } = await writer.transact([{ 'p/name': `new ${i}` }])
      await reader.syncTo(t as number)
    }
    expect(reads.slice(2)).toEqual(Array.from({ length: reads.length - 2 }, () => 'read'))
    await reader.close()
    expect(writes).toBe(0)
    await writer.close()
  })
})

/** Time that passes when it is told to; what is due at once happens at once. */
class Timers {
  private readonly waiting = new Set<{ readonly run: () => void; ms: number }>()

  readonly after = (ms: number, run: () => void): (() => void) => {
    if (ms === 0) {
      const timer = setTimeout(run, 0)
      return () => clearTimeout(timer)
    }
    const timer = { run, ms }
    this.waiting.add(timer)
    return () => this.waiting.delete(timer)
  }

  async pass(ms: number): Promise<void> {
    for (const timer of [...this.waiting]) {
      timer.ms -= ms
      if (timer.ms > 0) continue
      this.waiting.delete(timer)
      timer.run()
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }

  until = (t: () => number, storage: LocalStorage): Promise<void> => indexedTo(storage, 'shop', t())
}

/** Ids of the segments that the newest root names, ascending. */
async function liveSegments(store: LocalStore): Promise<number[]> {
  const root = await store.readRoot()
  const found = decodeRoot(root?.body as Uint8Array, new SegmentCache((ids) => store.readSegments(ids), 0))
  return [...segmentsOf((found as NonNullable<typeof found>).db)].sort((x, y) => x - y)
}

/** What lies in `storage` without its segments. */
const withoutRoot = (storage: LocalStorage): LocalStorage =>
  wrapped(storage, (store) => instead(store, { read: async () => ({ ...(await store.read()), root: undefined }) }))

import { expect, it } from 'vitest'
import { type Connection, memory, open } from '../src/engine.ts'
import type { LocalStorage } from '../src/storage/port.ts'
import { indexedTo } from './support/indexed.ts'
import { instead, wrapped } from './support/wrapped-storage.ts'

const ENTITIES = 2_000
const AT_ONCE = 500
const schema = {
  'x/id': { type: 'string', unique: 'identity' },
  'x/name': { type: 'string' },
  'x/n': { type: 'long' },
} as const

/** A storage that counts how often it is asked for segments, and for how many. */
function counting(storage: LocalStorage) {
  const asked = { times: 0, segments: 0 }
  const counted = wrapped(storage, (store) =>
    instead(store, {
      readSegments(ids) {
        asked.times++
        asked.segments += ids.length
        return store.readSegments(ids)
      },
    }),
  )
  return { asked, counted }
}

/** A database that lies in segments of a few rows, none of them in memory. */
async function opened(cacheBytes = 2 ** 18): Promise<{ conn: Connection; asked: { times: number; segments: number } }> {
  const storage = memory()
  const indexing = { novelty: 1, segmentRows: 64, cacheBytes }
  const made = await open('ahead', { storage, schema, indexing })
  const forms = Array.from({ length: ENTITIES }, (_, i) => ({ 'x/id': `e${i}`, 'x/name': `name of ${i}`, 'x/n': 0 }))
  await made.transact(forms)
  await indexedTo(storage, 'ahead', made.db().basisT)
  await made.close()
  const { asked, counted } = counting(storage)
  const conn = await open('ahead', { storage: counted, schema, indexing: { ...indexing, novelty: 1e6 } })
  asked.times = asked.segments = 0
  return { conn, asked }
}

const spread = Array.from({ length: AT_ONCE }, (_, i) => (i * 1_237) % ENTITIES)
const update = (conn: Connection, i: number) => conn.transact([[':db/add', ['x/id', `e${i}`], 'x/n', i + 1]])

it('transactions at once read what they need of segments together', async () => {
  const { conn, asked } = await opened()
  await Promise.all(spread.map((i) => update(conn, i)))
  expect(asked.times).toBeLessThan(20) // one by one it were once for each segment: 66
  const rows = await conn.db().q<[string, number][]>('[:find ?id ?n :where [?e :x/id ?id] [?e :x/n ?n] [(> ?n 0)]]')
  expect(new Map(rows)).toEqual(new Map(spread.map((i) => [`e${i}`, i + 1])))
  await conn.close()
})

it('transactions at once read each segment a few times, however many want it and however few have room', async () => {
  const { conn, asked } = await opened(1)
  await Promise.all(spread.map((i) => update(conn, i)))
  // the first alone, then 32, 128 and all that are left; in turn it were twice for each transaction
  expect(asked.segments).toBeLessThan(4 * 2 * Math.ceil(ENTITIES / 64))
  expect(asked.times).toBeLessThan(20)
  await conn.close()
})

it('what was looked at beforehand gets another answer where one before it says something that it read', async () => {
  const { conn } = await opened(1)
  const bump = (i: number) => conn.transact([[':db/inc', ['x/id', `e${i}`], 'x/n', 1]])
  const twice = await Promise.all([...spread, ...spread].map(bump))
  expect(twice.map(({ t }) => t)).toEqual(twice.map((_, k) => (twice[0]?.t ?? 0) + k))
  expect(new Set(await conn.db().q<number[]>('[:find [?n ...] :where [_ :x/n ?n]]'))).toEqual(new Set([0, 2]))
  await conn.close()
})

it('what was looked at beforehand leaves ids to those that mint them in between', async () => {
  const { conn } = await opened(1)
  const made = await Promise.all(
    spread.flatMap((i) => [conn.transact([{ 'db/id': 'new', 'x/n': -1 }]), update(conn, i)]),
  )
  const ids = made.flatMap(({ tempids }) => tempids.new ?? [])
  expect(new Set(ids).size).toBe(AT_ONCE)
  await conn.close()
})

it('one attribute of many entities is read where its facts lie together', async () => {
  const { conn, asked } = await opened()
  for (const i of spread) await update(conn, i)
  const ofAttribute = Math.ceil(ENTITIES / 64)
  // ids by value and counts, at most once each, and a few for what transactions say of themselves
  expect(asked.segments).toBeLessThanOrEqual(2 * (ofAttribute + 1) + 4)
  await conn.close()
})

it('what refuses one transaction that was looked at beforehand refuses no other', async () => {
  const { conn } = await opened()
  const results = await Promise.allSettled(
    spread.map((i, k) => (k % 5 === 3 ? conn.transact([[':db/add', ['x/id', 'nobody'], 'x/n', 1]]) : update(conn, i))),
  )
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(AT_ONCE / 5)
  await conn.close()
})

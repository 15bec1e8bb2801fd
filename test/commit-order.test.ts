import { afterEach, describe, expect, it, vi } from 'vitest'
import { AnnalsError } from '../src/base/errors.ts'
import { type Connection, memory, open } from '../src/engine.ts'
import type { LocalStore } from '../src/storage/port.ts'
import { applied } from './support/applied-groups.ts'
import { indexedTo } from './support/indexed.ts'
import { instead, wrapped } from './support/wrapped-storage.ts'

vi.mock('../src/db/apply.ts', async (original) => (await import('./support/applied-groups.ts')).counting(original))

const schema = { 'x/id': { type: 'string', unique: 'identity' }, 'x/n': { type: 'long' } } as const
const N = '[:find ?n . :where [?e :x/n ?n]]'
const setTo = (n: number) => [[':db/add', ['x/id', 'a'], 'x/n', n]]

let conn: Connection
afterEach(() => conn.close())

describe('a transaction', () => {
  it('is asked of the storage before it goes into the indexes, where it goes once', async () => {
    const appliedAt: number[] = []
    const noting = (store: LocalStore) =>
      instead(store, {
        commit(change) {
          appliedAt.push(applied.length)
          return store.commit(change)
        },
      })
    conn = await open('order', { storage: wrapped(memory(), noting), schema })
    await conn.transact([{ 'x/id': 'a', 'x/n': 1 }])
    applied.length = 0
    appliedAt.length = 0
    const { dbBefore, dbAfter } = await conn.transact(setTo(2))
    expect(appliedAt).toEqual([0])
    expect([await dbBefore.q(N), await dbAfter.q(N), await conn.db().q(N)]).toEqual([1, 2, 2])
    expect(applied).toEqual([1])
  })

  it('that is stored is acknowledged, though nothing can be read afterwards', async () => {
    const storage = memory()
    conn = await open('unread', { storage, schema, indexing: { novelty: 1, segmentRows: 2 } })
    await conn.transact([{ 'x/id': 'a', 'x/n': 1 }])
    await indexedTo(storage, 'unread', conn.db().basisT)
    await conn.close()
    let isDown = false
    let commits = 0
    const broken = async (): Promise<never> => {
      throw new AnnalsError('storage/failed', 'the disk is busy')
    }
    const failing = (store: LocalStore) =>
      instead(store, {
        read: (rootBeyond) => (isDown ? broken() : store.read(rootBeyond)),
        readSegments: (ids) => (isDown ? broken() : store.readSegments(ids)),
        async commit(change) {
          const outcome = await store.commit(change)
          isDown = commits++ === 0
          return outcome
        },
      })
    conn = await open('unread', { storage: wrapped(storage, failing), indexing: { novelty: 2 ** 30, cacheBytes: 0 } })
    const t = conn.db().basisT
    const told: string[] = []
    conn.health.subscribe(() => told.push(...conn.health.getSnapshot().map(({ code }) => code)))
    await conn.transact([{ 'db/id': ':x/n', 'db/index': true }])
    isDown = false
    await conn.transact(setTo(2))
    expect(conn.db().basisT).toBe(t + 2)
    expect(await conn.db().q(N)).toBe(2)
    expect(told).toContain('storage/failed')
  })

  it('that is stored is acknowledged, though what it ends could not be read meanwhile', async () => {
    const storage = memory()
    conn = await open('unread', { storage, schema, indexing: { novelty: 1, segmentRows: 2 } })
    const { t } = await conn.transact([{ 'x/id': 'a', 'x/n': 1 }])
    await indexedTo(storage, 'unread', t as number)
    await conn.close()
    let storing = false
    let failed = 0
    const failing = (store: LocalStore) =>
      instead(store, {
        async commit(change) {
          storing = true
          const outcome = await store.commit(change)
          await Promise.resolve().then(() => {})
          storing = false
          return outcome
        },
        async readSegments(ids) {
          if (storing) failed++
          return storing ? ids.map(() => undefined) : store.readSegments(ids)
        },
      })
    conn = await open('unread', { storage: wrapped(storage, failing), indexing: { novelty: 2 ** 30, cacheBytes: 0 } })
    // the second drives what the first has read out of the cache
    const [{ dbAfter }] = await Promise.all([conn.transact(setTo(2)), conn.transact([{ 'x/id': 'b' }])])
    expect(failed).toBeGreaterThan(0)
    expect([await conn.db().q(N), await dbAfter.q(N)]).toEqual([2, 2])
    await conn.transact(setTo(3))
    expect(await conn.db().q(N)).toBe(3)
  })
})

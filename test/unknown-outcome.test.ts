import { describe, expect, it } from 'vitest'
import { memory, open } from '../src/engine.ts'
import type { LocalStorage, LocalStore } from '../src/storage/port.ts'
import { client, SCHEMA, TestServer } from './support/sync-world.ts'
import { instead, wrapped } from './support/wrapped-storage.ts'

const schema = { 'p/n': { type: 'long' } } as const
const SYNCED = '[:find (count ?e) . :where [?e :inv/count 7]]'
const COUNT = '[:find (count ?e) . :where [?e :p/n 7]]'

/** A storage whose connection ends at the commits that `cut` names: after they came to pass, and before their answer. */
class CutStorage {
  private readonly memory = memory()
  cut: 'after' | 'before' | 'for good' | undefined

  readonly storage: LocalStorage = wrapped(this.memory, (store) =>
    instead(store, {
      commit: async (change) => {
        if (this.cut === undefined || (change.log ?? change.enqueue) === undefined) return store.commit(change)
        const { cut } = this
        if (cut !== 'for good') this.cut = undefined
        if (cut !== 'before') await store.commit(change)
        throw new Error('the connection ended')
      },
      readLog: (from, limit) => this.unlessGone(() => store.readLog(from, limit)),
      read: (root, queue) => this.unlessGone(() => store.read(root, queue)),
    }),
  )

  private unlessGone<T>(read: () => Promise<T>): Promise<T> {
    return this.cut === 'for good' ? Promise.reject(new Error('there is no connection')) : read()
  }

  opened(name: string): Promise<LocalStore> {
    return this.memory.open(name)
  }
}

describe('a commit of which the storage cannot tell what became of it', () => {
  it('is acknowledged where it is found in the log, and refused where it is not', async () => {
    const world = new CutStorage()
    const conn = await open('x', { storage: world.storage, schema })
    world.cut = 'after'
    const written = await conn.transact([{ 'p/n': 7 }])
    expect(written).toMatchObject({ status: 'confirmed', t: conn.db().basisT })
    expect(await conn.db().q(COUNT)).toBe(1)
    world.cut = 'before'
    await expect(conn.transact([{ 'p/n': 7 }])).rejects.toThrow('the connection ended')
    expect(await conn.db().q(COUNT)).toBe(1)
    await conn.transact([{ 'p/n': 7 }])
    await conn.close()
    const again = await open('x', { storage: world.storage })
    expect(await again.db().q(COUNT)).toBe(2)
    await again.close()
  })

  it('is acknowledged where it is found in the queue of a replica, and sent once', async () => {
    const world = new CutStorage()
    const server = new TestServer()
    const { conn } = await client(server, { storage: world.storage, name: 'x' })
    await conn.transact(SCHEMA)
    await conn.sync.flush()
    server.up = false
    world.cut = 'after'
    expect(await conn.transact([{ 'inv/count': 7 }])).toMatchObject({ status: 'pending' })
    world.cut = 'before'
    await expect(conn.transact([{ 'inv/count': 7 }])).rejects.toThrow('the connection ended')
    expect(await conn.db().q(SYNCED)).toBe(1)
    server.up = true
    await conn.sync.flush()
    expect(await conn.db().q(SYNCED)).toBe(1)
    expect(conn.sync.getSnapshot()).toMatchObject({ pending: 0 })
    await conn.close()
  })

  it('is refused with what it failed with where nothing can be read either', async () => {
    const world = new CutStorage()
    const conn = await open('x', { storage: world.storage, schema })
    world.cut = 'for good'
    await expect(conn.transact([{ 'p/n': 7 }])).rejects.toThrow('the connection ended')
    world.cut = undefined
    await conn.close()
  })
})

import { describe, expect, it } from 'vitest'
import type { Lead } from '../src/engine/lead.ts'
import { memory } from '../src/storage/memory.ts'
import type { PeerMessage, Peers } from '../src/sync/sync-store.ts'
import { join } from './support/join.ts'
import { quiet, SCHEMA, TestServer, until } from './support/sync-world.ts'

/** Tabs of one browser: one store, whose turn it is, and a channel on which everybody hears everybody else. */
function browser() {
  const listeners = new Map<object, (message: PeerMessage) => void>()
  let last: Promise<void> = Promise.resolve()
  const lead: Lead = (work) => {
    const controller = new AbortController()
    const mine = last.then(() => work(controller.signal))
    last = mine
    return () => {
      controller.abort()
      return mine
    }
  }
  const peers = (): Peers => {
    const own = {}
    return {
      tell: (message) => {
        for (const [other, hear] of listeners) if (other !== own) queueMicrotask(() => hear(structuredClone(message)))
      },
      hear: (listener) => {
        listeners.set(own, listener)
        return () => listeners.delete(own)
      },
    }
  }
  const storage = memory()
  return { tab: () => ({ storage, lead, peers: peers() }) }
}
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe('of tabs of which one talks to the remote', () => {
  it('another is told by flush how it ends once somebody has logged in, not how it stood before', async () => {
    const server = new TestServer()
    const { tab } = browser()
    let isLoggedIn = true
    server.between = async (_, send) => (isLoggedIn ? send() : new Response('', { status: 401 }))
    const a = await join(server, tab())
    await a.conn.transact(SCHEMA)
    await quiet(a)
    const b = await join(server, tab())
    await quiet(b)
    isLoggedIn = false
    await b.conn.transact([{ 'inv/sku': 'S1' }])
    await until(b, ({ state }) => state === 'unauthorised')
    isLoggedIn = true
    await b.conn.sync.flush()
    expect(b.conn.sync.getSnapshot()).toMatchObject({ pending: 0 })
    isLoggedIn = false
    await b.conn.transact([{ 'inv/sku': 'S2' }])
    await expect(b.conn.sync.flush()).rejects.toMatchObject({ code: 'sync/unauthorized' })
  })

  it('one that leaves tells the others nothing: what they wait for is done by the next', async () => {
    const server = new TestServer()
    const { tab } = browser()
    const a = await join(server, tab())
    await a.conn.transact(SCHEMA)
    await quiet(a)
    const b = await join(server, tab())
    await quiet(b)
    let isHeld = true
    server.between = (path, send) => (path === 'push' && isHeld ? new Promise(() => undefined) : send())
    await b.conn.transact([{ 'inv/sku': 'S1' }])
    const flushed = b.conn.sync.flush()
    await pause(20)
    isHeld = false
    await a.conn.close()
    await flushed
    expect(b.conn.sync.getSnapshot()).toMatchObject({ state: 'live', pending: 0 })
  })

  it('one that is opened while they keep off the network keeps off it too, when it comes to talk', async () => {
    const server = new TestServer()
    const { tab } = browser()
    const a = await join(server, tab())
    await quiet(a)
    a.conn.sync.setOnline(false)
    const b = await join(server, tab())
    await until(b, ({ state }) => state === 'offline')
    const asked = server.asked.length
    await a.conn.close()
    await pause(50)
    expect([b.conn.sync.getSnapshot().state, server.asked.length]).toEqual(['offline', asked])
    b.conn.sync.setOnline(true)
    await quiet(b)
  })
})

it('what is waited for when a connection is closed ends with it', async () => {
  const server = new TestServer()
  server.up = false
  const { conn } = await join(server)
  const { id } = await conn.transact(SCHEMA)
  const waiting = [conn.sync.flush(), conn.sync.settled(id)].map((work) => work.catch((e: unknown) => e))
  await conn.close()
  for (const ended of waiting) expect(await ended).toMatchObject({ code: 'connection/closed' })
})

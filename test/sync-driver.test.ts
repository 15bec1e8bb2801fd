import { afterEach, describe, expect, it, vi } from 'vitest'
import { memoryRemote } from '../src/storage/memory-remote.ts'
import type { LocalStorage, LocalStore, RemoteStorage } from '../src/storage/port.ts'
import { fromCbor, toCbor } from '../src/sync/cbor.ts'
import { eventStream } from '../src/sync/event-stream.ts'
import type { PullAnswer } from '../src/sync/protocol.ts'
import { httpTransport, type Transport } from '../src/sync/transport.ts'
import { copyOfStore } from './support/simulation/mortal-store.ts'
import {
  agreed,
  type Client,
  type ClientOptions,
  client,
  quiet,
  SCHEMA,
  TestServer,
  URL_OF_TEST,
  unclosable,
  until,
} from './support/sync-world.ts'

// a machine that does many things at once is no failure
vi.setConfig({ testTimeout: 20_000 })

const open: Client[] = []
const connect = async (server: TestServer, options?: ClientOptions): Promise<Client> => {
  const c = await client(server, options)
  open.push(c)
  return c
}
afterEach(async () => {
  for (const c of open.splice(0)) await c.conn.close()
})

describe('a driver', () => {
  it('waits for nothing: reads and writes work while the server is away, and it is told what is wrong', async () => {
    const server = new TestServer()
    server.up = false
    const a = await connect(server)
    await a.conn.transact(SCHEMA)
    await a.conn.transact([{ 'inv/sku': 'S1', 'inv/count': 1 }])
    const status = await until(a, (s) => s.state === 'backing-off')
    expect(status).toMatchObject({ pending: 2, error: { code: 'sync/unreachable' }, retryAt: expect.any(Number) })
    server.up = true
    a.replica.sync.wake()
    await a.conn.sync.flush()
    expect(await quiet(a)).toMatchObject({ t: 2, pending: 0 })
  })

  it('comes back by itself, though its clock was set back while it waited', async () => {
    const server = new TestServer()
    server.up = false
    let now = 1_000_000
    const after = (_ms: number, run: () => void): (() => void) => {
      const timer = setTimeout(() => {
        now -= 3_600_000
        run()
      }, 1)
      return () => clearTimeout(timer)
    }
    const a = await connect(server, { clock: { now: () => now, after } })
    await until(a, (s) => s.state === 'backing-off')
    server.up = true
    expect(await quiet(a)).toMatchObject({ t: 0 })
  })

  it('sees its own transactions confirmed by the answer to their push, without a pull', async () => {
    const server = new TestServer()
    const a = await connect(server)
    await a.conn.transact(SCHEMA)
    await quiet(a)
    server.asked.length = 0
    const { settled } = await a.conn.transact([{ 'inv/sku': 'S1', 'inv/count': 1 }])
    expect(await settled).toMatchObject({ status: 'confirmed', t: 2 })
    expect(await quiet(a)).toMatchObject({ t: 2, pending: 0 })
    expect(server.asked).toEqual(['push'])
  })

  it('pulls where a server that knows nothing of that answers without records, and where others were before it', async () => {
    const server = new TestServer()
    const remote = httpTransport({ url: URL_OF_TEST, fetch: server.fetch })
    const old: Transport = {
      ...remote,
      push: ({ from: _, excised: __, ...message }, signal) => remote.push(message, signal),
    }
    const a = await connect(server, { remote: old })
    await a.conn.transact(SCHEMA)
    await quiet(a)
    const b = await connect(server)
    await quiet(b)
    server.asked.length = 0
    const { settled } = await a.conn.transact([{ 'inv/sku': 'S1', 'inv/count': 1 }])
    expect(await settled).toMatchObject({ status: 'confirmed', t: 2 })
    expect(server.asked).toContain('pull')
    await until(b, ({ t }) => t === 2)
    const next = await b.conn.transact([[':db/inc', ['inv/sku', 'S1'], 'inv/count', 1]])
    expect(await next.settled).toMatchObject({ status: 'confirmed', t: 3 })
    await agreed(a, b)
  })

  it('pushes again when an answer was lost, and nothing is there twice', async () => {
    const server = new TestServer()
    const a = await connect(server)
    await a.conn.transact(SCHEMA)
    await quiet(a)
    let lost = 0
    server.between = async (path, send) => {
      const response = await send()
      if (path !== 'push' || lost >= 2) return response
      lost++
      throw new TypeError('network lost')
    }
    await a.conn.transact([{ 'inv/sku': 'S1', 'inv/count': 1 }])
    const inc = await a.conn.transact([[':db/inc', ['inv/sku', 'S1'], 'inv/count', 1]])
    const impatient = setInterval(() => a.replica.sync.wake(), 5)
    expect(await inc.settled).toMatchObject({ status: 'confirmed', t: 3 })
    clearInterval(impatient)
    expect([lost, (await quiet(a)).t]).toEqual([2, 3])
  })

  it('is fair to writers while others write without pause', async () => {
    const server = new TestServer()
    const a = await connect(server)
    await a.conn.transact(SCHEMA)
    await quiet(a)
    const b = await connect(server)
    await quiet(b)
    let busy = true
    const feed = (async () => {
      for (let i = 0; busy; i++) await (await a.conn.transact([{ 'inv/sku': `A${i}`, 'inv/count': i }])).settled
    })()
    for (let i = 0; i < 5; i++) {
      const report = await b.conn.transact([{ 'inv/sku': `B${i}`, 'inv/count': i }])
      expect(await report.settled).toMatchObject({ status: 'confirmed' })
    }
    busy = false
    await feed
    await agreed(a, b)
  })

  it('uses a token, and asks for another one when it has expired', async () => {
    let valid = 'first'
    const server = new TestServer(undefined, {
      authorize: (request) =>
        request.headers.get('authorization') === `Bearer ${valid}`
          ? { principal: 'ann', read: true, write: true }
          : undefined,
    })
    let token = 'first'
    let asked = 0
    const auth = (): string => {
      asked++
      return token
    }
    const a = await connect(server, { remote: { url: URL_OF_TEST, auth } })
    await a.conn.transact(SCHEMA)
    await quiet(a)
    const [user] = await a.conn.db().datoms('aevt', 'tx/user')
    expect(user?.v).toBe('ann')
    valid = 'second'
    token = 'second'
    await a.conn.transact([{ 'inv/sku': 'S1' }])
    await quiet(a)
    valid = 'third'
    const before = asked
    await a.conn.transact([{ 'inv/sku': 'S2' }])
    expect(await until(a, (s) => s.state === 'unauthorised')).toMatchObject({
      pending: 1,
      error: { code: 'sync/unauthorized' },
    })
    expect(asked).toBe(before + 1)
    await expect(a.conn.sync.flush()).rejects.toMatchObject({ code: 'sync/unauthorized' })
    token = 'third'
    a.replica.sync.wake()
    await quiet(a)
  })

  it('keeps the queue when the log was restored from a backup', async () => {
    const first = memoryRemote()
    const storage = { now: first }
    const swapped: RemoteStorage = { open: (name) => storage.now.open(name), close: async () => {} }
    const server = new TestServer(swapped)
    const a = await connect(server)
    await a.conn.transact(SCHEMA)
    await quiet(a)
    storage.now = memoryRemote()
    await server.restart()
    a.replica.sync.wake()
    await a.conn.transact([{ 'inv/sku': 'S1' }])
    expect(await until(a, (s) => s.state === 'diverged')).toMatchObject({
      pending: 1,
      error: { code: 'sync/diverged' },
    })
    expect(await a.conn.db().entid(['inv/sku', 'S1'])).toBeDefined()
    await expect(a.conn.sync.flush()).rejects.toMatchObject({ code: 'sync/diverged' })
    storage.now = first
    await server.restart()
    a.conn.sync.setOnline(false)
    a.conn.sync.setOnline(true)
    await quiet(a)
  })

  it('asks again for records that were altered on the way, past any cache, and takes none of them', async () => {
    const server = new TestServer(undefined, { limits: { page: 1 } })
    const a = await connect(server)
    await a.conn.transact(SCHEMA)
    await a.conn.transact([{ 'inv/sku': 'S1', 'inv/count': 1 }])
    await a.conn.transact([{ 'inv/sku': 'S2', 'inv/count': 2 }])
    await quiet(a)
    const caches: unknown[] = []
    let altered = 0
    const fetch = (async (url: string, init?: RequestInit) => {
      const response = await server.fetch(url, init)
      if (!url.includes('from=2')) return response
      caches.push(init?.cache)
      if (altered > 0) return response
      const page = fromCbor(new Uint8Array(await response.arrayBuffer()), { maxBytes: 1e6, maxDepth: 20 }) as PullAnswer
      const [body] = page.rows.map((row) => row.body)
      altered = body?.fill(7, -4).length ?? 0
      return new Response(toCbor(page) as Uint8Array<ArrayBuffer>)
    }) as typeof globalThis.fetch
    const b = await connect(server, { fetch })
    expect(await until(b, (s) => s.state === 'backing-off')).toMatchObject({ t: 1, error: { code: 'sync/malformed' } })
    b.replica.sync.wake()
    await quiet(b)
    await agreed(a, b)
    expect(caches).toEqual(['default', 'reload'])
  })

  it('does not ask without pause for records that a remote tells of and has not', async () => {
    const server = new TestServer()
    const remote = httpTransport({ url: URL_OF_TEST, fetch: server.fetch })
    const boasting: Transport = {
      ...remote,
      hello: async (message, freshToken, signal) => {
        const answer = await remote.hello(message, freshToken, signal)
        return { ...answer, t: answer.t + 1 }
      },
    }
    const a = await connect(server, { remote: boasting })
    expect(await until(a, (s) => s.state === 'backing-off')).toMatchObject({ error: { code: 'sync/unreachable' } })
    expect(server.asked.filter((path) => path === 'pull')).toHaveLength(1)
  })

  it('pushes less at once where something on the way takes less than the server', async () => {
    const server = new TestServer()
    let most = 0
    const fetch = (async (url: string, init?: RequestInit) => {
      const { byteLength = 0 } = (init?.body ?? {}) as Partial<Uint8Array>
      if (byteLength > 2000) return new Response('<h1>too large</h1>', { status: 413 })
      most = Math.max(most, byteLength)
      return server.fetch(url, init)
    }) as typeof globalThis.fetch
    const a = await connect(server, { fetch })
    await a.conn.transact(SCHEMA)
    await quiet(a)
    a.conn.sync.setOnline(false)
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => a.conn.transact([{ 'inv/sku': `${'S'.repeat(100)}${i}`, 'inv/count': i }])),
    )
    a.conn.sync.setOnline(true)
    expect(await quiet(a)).toMatchObject({ t: 41, pending: 0 })
    expect(most).toBeGreaterThan(1000)
  })

  it('waits longer each time where even one transaction is too large on the way', async () => {
    const server = new TestServer()
    let refused = 0
    const fetch = (async (url: string, init: RequestInit) => {
      const { byteLength } = (init.body as Uint8Array | undefined) ?? new Uint8Array()
      if (byteLength <= 2000) return server.fetch(url, init)
      refused++
      return new Response('<h1>too large</h1>', { status: 413 })
    }) as typeof globalThis.fetch
    const a = await connect(server, { fetch })
    await a.conn.transact(SCHEMA)
    await quiet(a)
    a.conn.sync.setOnline(false)
    await a.conn.transact(Array.from({ length: 200 }, () => ({ 'inv/sku': crypto.randomUUID(), 'inv/count': 1 })))
    await Promise.all(Array.from({ length: 9 }, (_, i) => a.conn.transact([{ 'inv/sku': `S${i}`, 'inv/count': i }])))
    a.conn.sync.setOnline(true)
    await until(a, (s) => s.state === 'backing-off')
    expect(refused).toBe(4) // of 10, 5, 2 and 1
    a.replica.sync.wake()
    expect(await until(a, (s) => s.state === 'backing-off' && refused > 4)).toMatchObject({ pending: 10 })
    expect(refused).toBe(5)
  })

  it('says that it is too old for a server that speaks another protocol', async () => {
    const server = new TestServer()
    server.between = async () =>
      Response.json({ code: 'sync/upgrade', message: 'this server speaks protocol 2' }, { status: 426 })
    const a = await connect(server)
    expect(await until(a, (s) => s.state === 'too-old')).toMatchObject({
      error: { code: 'sync/upgrade', message: 'this server speaks protocol 2' },
    })
  })

  it.each([
    ['a page of a captive portal', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['a gateway that fails', () => new Response('bad gateway', { status: 502 })],
    ['an answer that breaks off', () => new Response(Uint8Array.of(0xa3, 0x61))],
  ])('takes %s for no answer', async (_what, answer) => {
    const server = new TestServer()
    server.between = async () => answer()
    const a = await connect(server)
    await a.conn.transact(SCHEMA)
    expect(await until(a, (s) => s.state === 'backing-off')).toMatchObject({ pending: 1 })
    server.between = (_, send) => send()
    a.replica.sync.wake()
    await quiet(a)
  })

  it('says which functions the server lacks; what calls them waits, and what was before is confirmed', async () => {
    const storage = unclosable(memoryRemote())
    const order = (_db: unknown, { sku }: { sku: string }): unknown[] => [{ 'inv/sku': sku, 'inv/count': 1 }]
    const functions = { 'shop/order': order }
    const a = await connect(new TestServer(storage), { functions })
    const schema = await a.conn.transact(SCHEMA)
    const waits = await a.conn.transact([['shop/order', { sku: 'S1' }]])
    expect(await schema.settled).toMatchObject({ status: 'confirmed' })
    expect(await until(a, (s) => s.error !== undefined)).toMatchObject({
      state: 'live',
      pending: 1,
      error: { code: 'sync/unknown-function' },
    })
    await expect(a.conn.sync.flush()).rejects.toMatchObject({ code: 'sync/unknown-function' })
    expect(a.conn.health.getSnapshot()).toMatchObject([
      { code: 'sync/unknown-function', data: { functions: ['shop/order'] } },
    ])
    const b = await connect(new TestServer(storage, { functions }), { storage: await storageOf(a) })
    expect(await b.conn.sync.settled(waits.id)).toMatchObject({ status: 'confirmed', t: 2 })
  })

  it('many transactions at once arrive in their order', async () => {
    const server = new TestServer(undefined, { limits: { batch: 7, page: 11 } })
    const a = await connect(server)
    a.conn.sync.setOnline(false)
    await a.conn.transact(SCHEMA)
    await Promise.all(Array.from({ length: 60 }, (_, i) => a.conn.transact([{ 'inv/sku': `S${i}`, 'inv/count': i }])))
    a.conn.sync.setOnline(true)
    await a.conn.sync.flush()
    const b = await connect(server)
    await until(b, (s) => s.t === 61)
    let i = -1
    for await (const { datoms } of b.conn.log()) {
      if (i >= 0) expect(datoms.find((d) => d.v === `S${i}`)).toBeDefined()
      i++
    }
    expect(i).toBe(60)
    expect(server.asked.filter((path) => path === 'register')).toHaveLength(1)
  })

  it('a copied profile knows what the ids became that both had given, whoever pushed them', async () => {
    const server = new TestServer()
    for (const seenByBoth of [true, false]) {
      const a = await connect(server)
      a.conn.sync.setOnline(false)
      if (seenByBoth) await a.conn.transact(SCHEMA)
      const sku = `S${seenByBoth}`
      const { tempids } = await a.conn.transact([
        ...(seenByBoth ? [] : [{ 'db/ident': ':a/mark' }]),
        { 'db/id': 'x', ...(seenByBoth ? { 'inv/sku': sku } : { 'db/doc': sku }) },
      ])
      const twin = await connect(server, { storage: await storageOf(a) })
      await quiet(twin)
      a.conn.sync.setOnline(true)
      if (seenByBoth) await quiet(a)
      const later = await a.conn.transact([[':db/add', tempids.x as number, 'db/doc', 'said by its first number']])
      expect(await later.settled).toMatchObject({ status: 'confirmed' })
      await agreed(a, twin)
    }
  })

  it('a copied profile goes on under another name, and each transaction is there once', async () => {
    const server = new TestServer()
    const a = await connect(server)
    await a.conn.transact(SCHEMA)
    await quiet(a)
    a.conn.sync.setOnline(false)
    await a.conn.transact([{ 'db/id': 'x', 'inv/sku': 'S1', 'inv/count': 1 }])
    const twin = await connect(server, { storage: await storageOf(a) })
    await quiet(twin)
    await twin.conn.transact([{ 'inv/sku': 'T1', 'inv/count': 1 }])
    await quiet(twin)
    a.conn.sync.setOnline(true)
    await a.conn.transact([{ 'inv/sku': 'S2', 'inv/count': 2 }])
    await quiet(a)
    await twin.conn.transact([[':db/inc', ['inv/sku', 'S1'], 'inv/count', 1]])
    await quiet(twin)
    await agreed(a, twin)
    expect(a.replica.ledger.state.head.t).toBe(5)
  })
})

/** What a copied profile holds. */
async function storageOf({ replica }: Client): Promise<LocalStorage> {
  const copy = await copyOfStore(Reflect.get(replica.ledger, 'store') as LocalStore)
  return { ...copy, open: () => copy.open('shop') }
}

describe('server-sent events', () => {
  it('are read however they are cut', async () => {
    const text = 'event: poke\r\ndata: {"t":1}\r\n\r\n: beat\n\nevent: poke\ndata: a\ndata: b\n\ndata: é\n\n'
    const bytes = new TextEncoder().encode(text)
    for (const size of [1, 2, 3, 7, 1000]) {
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let i = 0; i < bytes.length; i += size) controller.enqueue(bytes.subarray(i, i + size))
          controller.close()
        },
      })
      const events: unknown[] = []
      for await (const event of eventStream(stream)) if (event !== undefined) events.push(event)
      expect(events).toEqual([
        { type: 'poke', data: '{"t":1}' },
        { type: 'poke', data: 'a\nb' },
        { type: 'message', data: 'é' },
      ])
    }
  })
})

import { gunzipSync } from 'node:zlib'
import { afterEach, expect, it, vi } from 'vitest'
import { createSyncHandler, type SyncHandler, type SyncHandlerOptions } from '../src/server/handler.ts'
import { memory } from '../src/storage/memory.ts'
import { memoryRemote } from '../src/storage/memory-remote.ts'
import { fromCbor } from '../src/sync/cbor.ts'
import type { PullAnswer } from '../src/sync/protocol.ts'
import { slowStorage } from './support/slow-storage.ts'
import { type Speaker, speaker } from './support/speaker.ts'
import { client, quiet, SCHEMA, TestServer } from './support/sync-world.ts'

// a machine that does many things at once is no failure
vi.setConfig({ testTimeout: 20_000 })

const closing: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close()
})

function serverOf(options: Partial<SyncHandlerOptions> = {}): SyncHandler {
  const handler = createSyncHandler({ storage: memoryRemote(), limits: { page: 4 }, ...options })
  closing.push(handler)
  return handler
}

/** A log of `n` records, each with a text of `size` characters. */
async function logOf(handler: SyncHandler, n: number, size = 10): Promise<Speaker> {
  const s = await speaker(handler)
  await s.push([s.entry(SCHEMA)])
  for (let t = 2; t <= n; t++) {
    const prev = (await s.pull(t - 1)).rows.at(-1)?.txid as string
    await s.push([s.entry([{ 'inv/sku': `${t}`.padEnd(size, '-') }])], { prev })
  }
  return s
}

const bodyOf = (bytes: Uint8Array): PullAnswer => fromCbor(bytes, { maxBytes: 1e8, maxDepth: 16 }) as PullAnswer

async function pull(handler: SyncHandler, query: string, headers: Record<string, string> = {}) {
  const response = await handler(new Request(`http://test/sync/shop/pull?${query}`, { headers }))
  const bytes = new Uint8Array(await response.arrayBuffer())
  return { response, bytes, cache: response.headers.get('cache-control'), etag: response.headers.get('etag') }
}

it('a full page is the same for ever and says so; the end of the log is asked for anew', async () => {
  const server = serverOf()
  const s = await logOf(server, 7)
  const epoch = (await s.pull()).logEpoch
  const full = await pull(server, `from=1&max=4&epoch=${epoch}&excised=0`)
  expect(full.cache).toBe('private, max-age=31536000, immutable')
  expect(full.response.headers.get('vary')).toContain('authorization')
  const end = await pull(server, `from=5&max=4&epoch=${epoch}&excised=0`)
  expect([end.cache, bodyOf(end.bytes).t]).toEqual(['no-store', 7])
  const beyond = await pull(server, `from=8&max=4&epoch=${epoch}&excised=0`)
  expect([beyond.cache, bodyOf(beyond.bytes).rows]).toEqual(['no-store', []])
  expect((await pull(server, 'from=1&max=4&epoch=another')).cache).toBe('no-store')
  expect((await pull(server, 'from=1&max=4')).cache).toBe('no-store')
  await s.push([s.entry([{ 'inv/sku': 'news' }])], { prev: (await s.pull(7)).rows.at(-1)?.txid as string })
  expect((await pull(server, `from=1&max=4&epoch=${epoch}&excised=0`)).bytes).toEqual(full.bytes)
  const known = await pull(server, `from=1&max=4&epoch=${epoch}&excised=0`, { 'if-none-match': full.etag as string })
  expect([known.response.status, known.bytes.length]).toEqual([304, 0])
})

it('may be kept by any cache where URLs are secrets', async () => {
  const server = serverOf({ pages: 'public' })
  const s = await logOf(server, 5)
  const full = await pull(server, `from=1&max=4&epoch=${(await s.pull()).logEpoch}&excised=0`)
  expect(full.cache).toBe('public, max-age=31536000, immutable')
  expect(full.response.headers.get('vary') ?? '').not.toContain('authorization')
})

it('readers who began anywhere soon ask for the same pages', async () => {
  const server = serverOf()
  await logOf(server, 12)
  const pagesFrom = async (from: number): Promise<number[]> => {
    const starts: number[] = []
    for (let next = from; ; ) {
      const { rows } = bodyOf((await pull(server, `from=${next}&max=4`)).bytes)
      if (rows.length === 0) return starts
      starts.push(next)
      next += rows.length
    }
  }
  expect(await pagesFrom(1)).toEqual([1, 5, 9])
  expect(await pagesFrom(3)).toEqual([3, 5, 9])
  expect(await pagesFrom(8)).toEqual([8, 9])
})

it('large records end a page early, and the storage is not asked for more of them than that', async () => {
  const inner = memoryRemote()
  const asked: number[] = []
  const at = slowStorage({
    close: () => inner.close(),
    open: async (name) => {
      const store = await inner.open(name)
      const readLog = store.readLog.bind(store)
      store.readLog = (from: number, limit?: number) => {
        asked.push(limit ?? Number.POSITIVE_INFINITY)
        return readLog(from, limit)
      }
      return store
    },
  })
  const server = serverOf({ storage: at.storage, limits: { page: 1000 } })
  const s = await speaker(server)
  await s.push([
    s.entry([
      ...SCHEMA,
      { 'db/ident': ':big', 'db/valueType': ':db.type/string', 'db/cardinality': ':db.cardinality/one' },
    ]),
  ])
  let prev = (await s.pull()).rows.at(-1)?.txid as string
  for (let t = 2; t <= 9; t++) {
    const entry = s.entry([{ big: 'x'.repeat(100_000) }])
    await s.push([entry], { prev })
    prev = entry.txid
  }
  asked.length = 0
  const first = bodyOf((await pull(server, 'from=1&max=1000')).bytes)
  expect(first.rows.length).toBeLessThan(9)
  expect(first.rows.length).toBeGreaterThan(3)
  expect(Math.max(...asked)).toBeLessThanOrEqual(100)
  const second = bodyOf((await pull(server, `from=${first.rows.length + 1}&max=1000`)).bytes)
  expect(second.rows.at(-1)?.t).toBe(9)
})

it('what is large goes gzipped to those who take it', async () => {
  const server = serverOf({ limits: { page: 100 } })
  await logOf(server, 40)
  const plain = await pull(server, 'from=1&max=100')
  expect(plain.response.headers.get('content-encoding')).toBeNull()
  expect(plain.response.headers.get('vary')).toContain('accept-encoding')
  const packed = await pull(server, 'from=1&max=100', { 'accept-encoding': 'br, gzip' })
  expect(packed.response.headers.get('content-encoding')).toBe('gzip')
  expect(packed.bytes.length).toBeLessThan(plain.bytes.length * 0.8)
  expect(new Uint8Array(gunzipSync(packed.bytes))).toEqual(plain.bytes)
  const small = await pull(server, 'from=40', { 'accept-encoding': 'gzip' })
  expect(small.response.headers.get('content-encoding')).toBeNull()
  const never = await pull(server, 'from=1', { 'accept-encoding': 'gzip;q=0' })
  expect(never.response.headers.get('content-encoding')).toBeNull()
})

it('a replica asks for pages that can be kept, and catches up by them', async () => {
  const world = new TestServer(undefined, { limits: { page: 4 } })
  closing.push(world.handler)
  const a = await client(world)
  await a.conn.transact(SCHEMA)
  for (let i = 0; i < 9; i++) await a.conn.transact([{ 'inv/sku': `S${i}` }])
  await quiet(a)
  const kept: string[] = []
  world.between = async (path, send) => {
    const response = await send()
    if (path === 'pull') kept.push(response.headers.get('cache-control') ?? '')
    return response
  }
  const b = await client(world, { storage: memory() })
  expect((await quiet(b)).t).toBe(10)
  expect(kept.slice(0, 2)).toEqual(Array(2).fill('private, max-age=31536000, immutable'))
  for (const one of [a, b]) closing.push(one.conn)
})

it('a replica waits as long as it is told to', async () => {
  const world = new TestServer(undefined, {})
  closing.push(world.handler)
  world.between = async (path, send) =>
    path === 'hello'
      ? Response.json(
          { code: 'http/too-many-requests', message: 'later' },
          { status: 429, headers: { 'retry-after': '60' } },
        )
      : send()
  const c = await client(world)
  closing.push(c.conn)
  const { sync } = c.conn
  await vi.waitFor(() => expect(sync.getSnapshot().state).toBe('backing-off'))
  const { retryAt, error } = sync.getSnapshot()
  expect(error?.code).toBe('http/too-many-requests')
  expect((retryAt as number) - Date.now()).toBeGreaterThan(50_000)
  expect(c.conn.health.getSnapshot()).toEqual([])
})

it('databases that nobody uses are closed, and opened again when somebody does', async () => {
  const at = slowStorage()
  const server = serverOf({ storage: at.storage, idleMs: 40 })
  const s = await logOf(server, 2)
  const follow = (name: string) => server(new Request(`http://test/sync/${name}/follow`))
  const stream = await follow('shop')
  await (await server(new Request('http://test/sync/other/pull'))).arrayBuffer()
  expect(at.stores).toBe(2)
  await vi.waitFor(() => expect(at.stores).toBe(1))
  // one that is followed stays
  await new Promise((resolve) => setTimeout(resolve, 150))
  expect(at.stores).toBe(1)
  expect(server.metrics()).toContain('annals_followers 1')
  await stream.body?.cancel()
  await vi.waitFor(() => expect(at.stores).toBe(0))
  expect(server.metrics()).toContain('annals_open_databases 0')
  expect((await s.pull()).rows).toHaveLength(2)
})

it('a reader that does not keep up is let go; the others hear of everything', async () => {
  const server = serverOf()
  const s = await speaker(server)
  const [lazy, keen] = await Promise.all([1, 2].map(() => server(new Request('http://test/sync/shop/follow'))))
  const reader = keen?.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>
  const heard: string[] = []
  const reading = (async () => {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      heard.push(new TextDecoder().decode(value))
    }
  })()
  let prev = ''
  let pushed = 0
  while (server.metrics().includes('annals_followers 2')) {
    const entry = s.entry(pushed === 0 ? SCHEMA : [{ 'inv/sku': `S${pushed}` }])
    await s.push([entry], { prev })
    prev = entry.txid
    pushed++
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
  expect(pushed).toBeGreaterThan(5)
  await vi.waitFor(() => expect(heard.at(-1)).toContain(`{"t":${pushed}}`))
  await lazy?.body?.cancel()
  await server.close()
  await reading
})

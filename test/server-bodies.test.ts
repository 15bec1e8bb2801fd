import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { createSyncHandler, type SyncHandler } from '../src/server/handler.ts'
import { memoryRemote } from '../src/storage/memory-remote.ts'
import { toCbor } from '../src/sync/cbor.ts'
import { post } from './support/speaker.ts'
import { client, quiet, SCHEMA, TestServer } from './support/sync-world.ts'

const handlers: SyncHandler[] = []
afterEach(async () => {
  for (const handler of handlers.splice(0)) await handler.close()
})
function handlerWith(options: Partial<Parameters<typeof createSyncHandler>[0]> = {}): SyncHandler {
  const handler = createSyncHandler({ storage: memoryRemote(), ...options })
  handlers.push(handler)
  return handler
}

const hello = toCbor({
  protocol: 1,
  replica: '00000000-0000-4000-8000-000000000001',
  t: 0,
  hash: '',
  excised: 0,
  functions: [],
  leasedTo: 0,
  want: 0,
})
const packed = (bytes: Uint8Array, coding = 'gzip'): Request =>
  post('hello', bytes as Uint8Array<ArrayBuffer>, { 'content-encoding': coding })
const codeOf = async (response: Response): Promise<unknown> => [
  response.status,
  ((await response.json()) as { code: string }).code,
]

describe('packed bodies', () => {
  it('are what replicas send, once they know that the server takes them, where they are large', async () => {
    const server = new TestServer()
    const codings: (string | null)[] = []
    const sizes: number[] = []
    const watching = Object.assign(Object.create(server) as TestServer, {
      fetch: ((url: string, init?: RequestInit) => {
        if (url.endsWith('/push')) {
          codings.push(new Headers(init?.headers).get('content-encoding'))
          const { body } = init as RequestInit
          sizes.push((body as Uint8Array).length)
        }
        return server.fetch(url, init)
      }) as typeof fetch,
    })
    const a = await client(watching)
    await a.conn.transact(SCHEMA)
    await quiet(a)
    a.conn.sync.setOnline(false)
    const many = Array.from({ length: 100 }, (_, i) => a.conn.transact([{ 'inv/sku': `S${i}`, 'inv/count': i }]))
    await Promise.all(many)
    a.conn.sync.setOnline(true)
    await quiet(a)
    expect([codings.length, codings.at(-1)]).toEqual([2, 'gzip'])
    // intent, txid and all
    expect((sizes.at(-1) as number) / 100).toBeLessThan(100)
    await a.conn.close()
  })

  it('are unpacked', async () => {
    expect((await handlerWith()(packed(gzipSync(hello)))).status).toBe(200)
  })

  it('that unpack to more than a body may have are refused, however small they are', async () => {
    const handler = handlerWith()
    const bomb = gzipSync(new Uint8Array(64 * 1024 * 1024))
    expect(bomb.length).toBeLessThan(100_000)
    expect(await codeOf(await handler(packed(bomb)))).toEqual([413, 'http/too-large'])
    const nested = gzipSync(bomb)
    expect((await handler(packed(nested))).status).toBe(400)
  })

  it('that are damaged, cut or packed otherwise are refused', async () => {
    const handler = handlerWith()
    const bytes = gzipSync(hello)
    for (const bad of [bytes.subarray(0, bytes.length - 9), hello, new Uint8Array(0)])
      expect(await codeOf(await handler(packed(bad)))).toEqual([400, 'http/bad-request'])
    expect(await codeOf(await handler(packed(hello, 'br')))).toEqual([400, 'http/bad-request'])
  })
})

describe('streams', () => {
  it('of one principal are limited, and others are not', async () => {
    const authorize = (request: Request) => ({
      principal: request.headers.get('authorization') ?? '',
      read: true,
      write: true,
    })
    const handler = handlerWith({ authorize, streams: 2 })
    const follow = (who: string): Promise<Response> =>
      handler(new Request('http://test/sync/shop/follow', { headers: who === '' ? {} : { authorization: who } }))
    const [first, second] = [await follow('ann'), await follow('ann')]
    const third = await follow('ann')
    expect([third.headers.get('retry-after'), await codeOf(third)]).toEqual(['30', [429, 'http/too-many-requests']])
    const others = [await follow('ben'), await follow(''), await follow(''), await follow('')]
    expect(others.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    await first.body?.cancel()
    const again = await follow('ann')
    expect(again.status).toBe(200)
    for (const { body } of [second, again, ...others]) await body?.cancel()
  })
})

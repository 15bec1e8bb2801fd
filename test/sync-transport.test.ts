import { expect, it, vi } from 'vitest'
import { createSyncHandler } from '../src/server/handler.ts'
import { memoryRemote } from '../src/storage/memory-remote.ts'
import { PROTOCOL } from '../src/sync/protocol.ts'
import { httpTransport, refusalOf } from '../src/sync/transport.ts'
import { URL_OF_TEST } from './support/sync-world.ts'

it('what is adopted has the time that a slow line takes for it, and no more', async () => {
  const transport = httpTransport({ url: URL_OF_TEST, fetch: () => Promise.reject(new TypeError('no network')) })
  const timeout = vi.spyOn(AbortSignal, 'timeout')
  const adopt = async (bytes: number): Promise<void> => {
    const row = { t: 1, txid: crypto.randomUUID(), body: new Uint8Array(bytes), hash: '' }
    const message = { protocol: PROTOCOL, t: 0, hash: '', rows: [row] } as const
    await expect(transport.adopt(message, new AbortController().signal)).rejects.toMatchObject({
      code: 'sync/unreachable',
    })
  }
  await adopt(100)
  await adopt(250_000)
  const [small = 0, large = 0] = timeout.mock.calls.map(([ms]) => ms)
  timeout.mockRestore()
  expect(small).toBeLessThan(31_000)
  expect(large).toBeGreaterThanOrEqual(130_000)
  expect(large).toBeLessThan(131_000)
})

it('a hello is soon given up, a page of the log has the time that a slow line takes', async () => {
  const handler = createSyncHandler({ storage: memoryRemote() })
  const send = ((url: string, init?: RequestInit) => handler(new Request(url, init))) as typeof fetch
  const transport = httpTransport({ url: URL_OF_TEST, fetch: send })
  const timeout = vi.spyOn(AbortSignal, 'timeout')
  const { signal } = new AbortController()
  const own = { protocol: PROTOCOL, replica: crypto.randomUUID() }
  await transport.hello({ ...own, t: 0, hash: '', excised: 0, functions: [], leasedTo: 0, want: 0 }, false, signal)
  await transport.pull({ from: 1, max: 10, excised: 0 }, signal)
  const [hello = 0, pull = 0] = timeout.mock.calls.map(([ms]) => ms)
  timeout.mockRestore()
  expect(hello).toBeLessThan(31_000)
  // 512 KiB, unpacked, at 20 kbit/s
  expect(pull).toBeGreaterThan(200_000)
  await handler.close()
})

it('what is wrong with the server is told as such, whatever it is called there', async () => {
  const down = { code: 'storage/unavailable', message: 'the database is being restarted' }
  const error = await refusalOf(Response.json(down, { status: 503 }))
  expect(error).toMatchObject({
    code: 'sync/unreachable',
    message: down.message,
    data: { status: 503, code: down.code },
  })
})

it('a server may say by a date how long it wants to be left alone', async () => {
  const later = new Date(Date.now() + 90_000).toUTCString()
  const asked = async (after: string): Promise<unknown> =>
    (await refusalOf(new Response('', { status: 429, headers: { 'retry-after': after } }))).data.retryAfter
  expect(await asked(later)).toBeGreaterThan(60)
  expect(await asked('120')).toBe(120)
  expect(await asked('tomorrow')).toBeUndefined()
})

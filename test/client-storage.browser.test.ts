import { type Connection, type ConnectOptions, connect, defineSchema } from 'annals'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Opened } from './support/opened.ts'
import { onDisk, requested } from './support/raw-database.ts'

const schema = defineSchema({ 'inv/sku': { type: 'string', unique: 'identity' }, 'inv/photo': { type: 'bytes' } })
const startWorker = (): Worker => new Worker(new URL('../worker/index.ts', import.meta.url), { type: 'module' })
const skus = '[:find [?sku ...] :where [_ :inv/sku ?sku]]'

const opened = new Opened()
const { closeAll } = opened
const shop = (name: string, options: ConnectOptions = { worker: startWorker }): Promise<Connection> =>
  opened.add(connect(name, { schema, ...options }))
afterEach(closeAll)

describe('a database that is gone', () => {
  it('is told of as lost, once, and works anew', async () => {
    const name = crypto.randomUUID()
    const first = await shop(name)
    await first.transact([{ 'inv/sku': 'a' }])
    expect(first.health.getSnapshot()).toEqual([])
    await closeAll()
    await requested(indexedDB.deleteDatabase(onDisk(name)))
    const complained = vi.spyOn(console, 'error').mockImplementation(() => {})
    const second = await shop(name)
    expect(second.health.getSnapshot()).toMatchObject([{ code: 'storage/lost', data: { name } }])
    await vi.waitFor(() => expect(complained).toHaveBeenCalled())
    complained.mockRestore()
    await second.transact([{ 'inv/sku': 'b' }])
    await closeAll()
    const third = await shop(name)
    expect(third.health.getSnapshot()).toEqual([])
    expect(await third.db().q(skus)).toEqual(['b'])
  })

  it('is told apart from one that another user never had', async () => {
    const name = crypto.randomUUID()
    await shop(name)
    const hers = await shop(name, { worker: startWorker, user: 'ada' })
    expect(hers.health.getSnapshot()).toEqual([])
  })
})

it('a database removed underneath ends the connection’s calls by name; another connection starts anew', async () => {
  const name = crypto.randomUUID()
  const conn = await shop(name)
  await conn.transact([{ 'inv/sku': 'a' }])
  await requested(indexedDB.deleteDatabase(onDisk(name)))
  const destroyed = { code: 'storage/closed', data: { reason: 'destroyed' } }
  await expect(conn.transact([{ 'inv/sku': 'b' }])).rejects.toMatchObject(destroyed)
  await closeAll()
  const complained = vi.spyOn(console, 'error').mockImplementation(() => {})
  const anew = await shop(name)
  await anew.transact([{ 'inv/sku': 'c' }])
  expect(await anew.db().q(skus)).toEqual(['c'])
  complained.mockRestore()
})

it('stats tell what the browser says of its storage', async () => {
  const { storage } = await (await shop(crypto.randomUUID())).stats()
  expect(storage).toEqual({
    usedBytes: expect.any(Number),
    quotaBytes: expect.any(Number),
    persisted: expect.any(Boolean),
  })
  expect(storage?.quotaBytes).toBeGreaterThan(storage?.usedBytes ?? 0)
})

it('a page that is hidden has its worker harden what it acknowledged', async () => {
  const hardened = vi.fn()
  const channel = new BroadcastChannel('hardened')
  channel.onmessage = hardened
  const worker = (): Worker => new Worker(new URL('./support/hardening.worker.ts', import.meta.url), { type: 'module' })
  await shop(crypto.randomUUID(), { worker })
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  expect(hardened).not.toHaveBeenCalled()
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  await vi.waitFor(() => expect(hardened).toHaveBeenCalledTimes(1))
  vi.restoreAllMocks()
  channel.close()
})

describe('an argument that cannot cross to the worker', () => {
  const detached = new Uint8Array([1, 2, 3])
  structuredClone(detached, { transfer: [detached.buffer] })

  it.each([
    ['a function', { 'inv/sku': () => 'a' }, 'client/bad-option'],
    ['a proxy', new Proxy({ 'inv/sku': 'a' }, {}), 'client/bad-option'],
    ['a symbol', { 'inv/sku': Symbol('a') }, 'client/bad-option'],
    ['a detached buffer', { 'inv/sku': 'a', 'inv/photo': detached }, 'client/bad-option'],
  ])('%s is refused, and nothing else is harmed', async (_, form, code) => {
    const conn = await shop(crypto.randomUUID())
    const beside = conn.transact([{ 'inv/sku': 'beside' }])
    await expect(conn.transact([form])).rejects.toMatchObject({ code })
    await beside
    expect(await conn.db().q(skus)).toEqual(['beside'])
  })
})

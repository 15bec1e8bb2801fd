import { type Connection, connect, defineSchema } from 'annals'
import { afterEach, expect, it, vi } from 'vitest'
import { cdp } from 'vitest/browser'

const schema = defineSchema({ 'inv/sku': { type: 'string', unique: 'identity' } })
const skus = '[:find [?sku ...] :where [_ :inv/sku ?sku]]'

const workers: Worker[] = []
const worker = (): Worker => {
  const started = new Worker(new URL('../worker/index.ts', import.meta.url), { type: 'module' })
  workers.push(started)
  return started
}

let conn: Connection | undefined
afterEach(async () => {
  await conn?.close()
  vi.restoreAllMocks()
})

// Chromium then shows the page no lock of a new worker any more.
it('a page whose site data was cleared goes on with a new database', async () => {
  const name = crypto.randomUUID()
  const complained = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const first = await connect(name, { schema, worker })
  await first.transact([{ 'inv/sku': 'a' }])
  // As `Clear-Site-Data: "storage"` does, in the answer to a log-out perhaps.
  await cdp().send('Storage.clearDataForOrigin', { origin: location.origin, storageTypes: 'all' })
  const destroyed = { code: 'storage/closed', data: { reason: 'destroyed' } }
  await expect(first.transact([{ 'inv/sku': 'b' }])).rejects.toMatchObject(destroyed)
  await first.close()

  conn = await connect(name, { schema, worker })
  await conn.transact([{ 'inv/sku': 'c' }])
  expect(await conn.db().q(skus)).toEqual(['c'])
  expect(workers).toHaveLength(2)
  expect(complained).not.toHaveBeenCalled()
})

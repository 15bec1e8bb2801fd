import { afterEach, expect, it, vi } from 'vitest'
import { memory } from '../src/storage/memory.ts'
import type { LocalStorage, QueueRow } from '../src/storage/port.ts'
import { agreed, type Client, client, quiet, SCHEMA, TestServer } from './support/sync-world.ts'

// a machine that does many things at once is no failure
vi.setConfig({ testTimeout: 20_000 })

const open: Client[] = []
const connect = async (server: TestServer, storage: LocalStorage): Promise<Client> => {
  const c = await client(server, { storage })
  open.push(c)
  return c
}
afterEach(async () => {
  for (const c of open.splice(0)) await c.conn.close()
})

const NAME = 'inventory'
const skus = '[:find [?sku ...] :where [_ :inv/sku ?sku]]'
const skusOf = async ({ conn }: Client): Promise<string[]> => [...(await conn.db().q<string[]>(skus))].sort()
const add = ({ conn }: Client, sku: string) => conn.transact([{ 'inv/sku': sku, 'inv/count': 1 }])

/** What a copy of the browser's profile would hold of `storage`; segments follow from the log. */
async function copyOf(storage: LocalStorage): Promise<LocalStorage> {
  const copy = memory()
  const [from, to] = [await storage.open(NAME), await copy.open(NAME)]
  const { heads, queue, meta } = await from.read()
  const log = await from.readLog(1)
  const gone = (seq: number): QueueRow => ({ seq, txid: `gone ${seq}`, body: new Uint8Array() })
  const rows = new Map(queue.map((row) => [row.seq, row]))
  const enqueue = Array.from({ length: heads.queue.seq }, (_, i) => rows.get(i + 1) ?? gone(i + 1))
  await to.commit({ expect: { t: 0, seq: 0 }, log, enqueue, meta, dequeueTo: heads.queue.seq - queue.length })
  for (let claim = 0; claim < heads.claim; claim++) await to.commit({ expect: { claim }, claim: claim + 1 })
  expect((await to.read()).queue).toEqual(queue)
  await Promise.all([from.close(), to.close()])
  return copy
}

it('a profile that was copied back goes on beside what it sent before: nothing is lost, nothing is there twice', async () => {
  const server = new TestServer()
  const storage = memory()
  const a = await connect(server, storage)
  await a.conn.transact(SCHEMA)
  await quiet(a)
  a.conn.sync.setOnline(false)
  for (const sku of ['pending 1', 'pending 2']) await add(a, sku)
  const copy = await copyOf(storage)

  // the original sends that, and more
  a.conn.sync.setOnline(true)
  for (const sku of ['later 1', 'later 2', 'later 3']) await add(a, sku)
  await quiet(a)

  // the copy knows nothing of it, and has written under the same numbers
  server.up = false
  const b = await connect(server, copy)
  expect(await skusOf(b)).toEqual(['pending 1', 'pending 2'])
  await add(b, 'from the copy')
  server.up = true
  b.conn.sync.setOnline(false)
  b.conn.sync.setOnline(true)
  await quiet(b)
  const all = ['from the copy', 'later 1', 'later 2', 'later 3', 'pending 1', 'pending 2']
  expect(await skusOf(b)).toEqual(all)
  expect(b.conn.sync.getSnapshot().rejected).toBe(0)
  expect(await b.conn.db().q('[:find (count ?tx) . :where [_ :inv/sku _ ?tx]]')).toBe(all.length)
  await agreed(a, b)
})

it('a user whose storage was evicted is a new replica, and finds again all that had been sent', async () => {
  const server = new TestServer()
  const storage = memory()
  const before = await connect(server, storage)
  await before.conn.transact(SCHEMA)
  await add(before, 'sent')
  await quiet(before)
  before.conn.sync.setOnline(false)
  await add(before, 'never sent')
  await before.conn.close()
  await storage.destroy(NAME)

  const after = await connect(server, storage)
  await quiet(after)
  expect(await skusOf(after)).toEqual(['sent'])
  await add(after, 'afterwards')
  await quiet(after)
  const other = await connect(server, memory())
  await quiet(other)
  expect(await skusOf(other)).toEqual(['afterwards', 'sent'])
})

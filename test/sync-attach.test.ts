import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Listeners } from '../src/base/listeners.ts'
import { waitUntil } from '../src/base/wait-until.ts'
import { destroyDatabase } from '../src/client/serve/destroy-database.ts'
import { open } from '../src/engine.ts'
import { memory } from '../src/storage/memory.ts'
import type { LocalStorage } from '../src/storage/port.ts'
import { join } from './support/join.ts'
import { agreed, type Client, client, quiet, SCHEMA, TestServer, URL_OF_TEST, until } from './support/sync-world.ts'
import { instead, wrapped } from './support/wrapped-storage.ts'

const ITEM = ['inv/sku', 'S1'] as const
/** A database that was used without a remote. */
async function local(items = 3): Promise<LocalStorage> {
  const storage = memory()
  const conn = await open('inventory', { storage })
  await conn.transact(SCHEMA)
  for (let i = 1; i <= items; i++) await conn.transact([{ 'inv/sku': `S${i}`, 'inv/count': i }])
  await conn.close()
  return storage
}
async function logOf(storage: LocalStorage): Promise<readonly string[]> {
  const store = await storage.open('inventory')
  const rows = await store.readLog(1)
  await store.close()
  return rows.map(({ txid }) => txid)
}
async function remoteLog(server: TestServer): Promise<readonly string[]> {
  const store = await server.storage.open('inventory')
  const rows = await store.readLog(1)
  await store.close()
  return rows.map(({ txid }) => txid)
}
const skus = ({ conn }: Client) => conn.db().q<string[]>('[:find [?s ...] :where [_ :inv/sku ?s]]')

describe('a database that was used without sync', () => {
  it('is adopted by an empty remote, ids, transactions and all, and goes on from there', async () => {
    const storage = await local()
    const txids = await logOf(storage)
    const server = new TestServer()
    const a = await join(server, { storage })
    const id = await a.conn.db().entid(ITEM)
    await a.conn.transact([{ 'inv/sku': 'S4', 'inv/count': 4 }])
    await quiet(a)
    const b = await join(server)
    await quiet(b)
    await agreed(a, b)
    expect((await remoteLog(server)).slice(0, txids.length)).toEqual(txids)
    expect([await b.conn.db().entid(ITEM), (await skus(b)).length]).toEqual([id, 4])
    await b.conn.transact([{ 'inv/sku': 'S5', 'inv/count': 5 }, [':db/add', ITEM, 'inv/count', 7]])
    await quiet(b)
    await agreed(a, b)
    expect(await a.conn.db().pull(['inv/count'], ITEM)).toEqual({ 'inv/count': 7 })
    await a.conn.close()
    const again = await join(server, { storage })
    await quiet(again)
    expect(server.asked.filter((path) => path === 'adopt').length).toBe(1)
  })

  it('counts as not sent until the remote has it', async () => {
    const server = new TestServer()
    const storage = await local()
    server.up = false
    const early = await join(server, { storage })
    await early.conn.close()
    const refused = { code: 'client/unsynced', data: { pending: 4, rejected: 0 } }
    await expect(destroyDatabase(storage, 'inventory', false)).rejects.toMatchObject(refused)
    const a = await join(server, { storage })
    const flushed = a.conn.sync.flush().then(() => remoteLog(server))
    server.up = true
    a.replica.sync.wake()
    expect(await flushed).toEqual(await logOf(storage))
    await a.conn.close()
    await destroyDatabase(storage, 'inventory', false)
  })

  it('is written to by nobody who knows of no remote any more', async () => {
    const server = new TestServer()
    const storage = memory()
    const old = await open('inventory', { storage })
    await old.transact(SCHEMA)
    const a = await join(server, { storage })
    await quiet(a)
    await vi.waitFor(() => expect(old.health.getSnapshot()).toMatchObject([{ code: 'sync/is-replica' }]))
    await expect(old.transact([{ 'inv/sku': 'S1' }])).rejects.toMatchObject({ code: 'sync/is-replica' })
    await a.conn.transact([{ 'inv/sku': 'S2' }])
    await quiet(a)
    const b = await join(server)
    await quiet(b)
    await agreed(a, b)
    expect(await skus(b)).toEqual(['S2'])
    await old.close()
  })

  it('tries again where the line dies on the way, and ends at once when it is closed', async () => {
    const server = new TestServer()
    const late = new AbortController()
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => late.signal)
    onTestFinished(() => timeout.mockRestore())
    const lines: AbortSignal[] = []
    const sent = new Listeners<void>()
    /** Answers nothing that is to be adopted. */
    const dead = ((url: string, init: RequestInit) => {
      if (!url.endsWith('/adopt')) return server.fetch(url, init)
      const signal = init.signal as AbortSignal
      lines.push(signal)
      sent.call()
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }) as typeof fetch
    const isAdopting = (): true | undefined => lines.at(-1)?.aborted === false || undefined
    const adopting = (): Promise<unknown> => waitUntil(isAdopting, (tell) => sent.add(tell), [])
    const a = await join(server, { storage: await local(), fetch: dead })
    await adopting()
    late.abort(new DOMException('late', 'TimeoutError'))
    expect(await until(a, ({ state }) => state === 'backing-off')).toMatchObject({
      error: { code: 'sync/unreachable' },
    })
    timeout.mockRestore()
    a.replica.sync.wake()
    await adopting()
    await a.conn.close()
    expect(lines.map(({ aborted }) => aborted)).toEqual([true, true])
  })

  it('works before it has ever met the remote', async () => {
    const server = new TestServer()
    server.up = false
    const a = await join(server, { storage: await local() })
    await a.conn.transact([[':db/add', ITEM, 'inv/count', 9]])
    expect(await a.conn.db().pull(['inv/count'], ITEM)).toEqual({ 'inv/count': 9 })
    server.up = true
    a.replica.sync.wake()
    await quiet(a)
    const b = await join(server)
    await quiet(b)
    expect(await b.conn.db().pull(['inv/count'], ITEM)).toEqual({ 'inv/count': 9 })
  })

  it('is refused where the remote has another log: nothing is lost, and another remote will do', async () => {
    const server = new TestServer()
    const other = await join(server)
    await other.conn.transact(SCHEMA)
    const { t } = await quiet(other)
    const storage = await local()
    const txids = await logOf(storage)
    const a = await join(server, { storage })
    const { id } = await a.conn.transact([{ 'inv/sku': 'S4' }])
    const status = await until(a, (s) => s.state === 'diverged')
    expect(status.error).toMatchObject({ code: 'sync/has-own-history', data: { t: 4, remoteT: t } })
    expect(status.error?.message).toContain('empty')
    expect([await logOf(storage), (await remoteLog(server)).length]).toEqual([txids, t])
    expect((await a.conn.sync.pending()).map((p) => p.id)).toEqual([id])
    expect((await skus(a)).length).toBe(4)
    await a.conn.close()
    const remote = { url: URL_OF_TEST.replace('inventory', 'mine') }
    const elsewhere = await join(server, { storage, remote })
    await quiet(elsewhere)
    expect((await skus(elsewhere)).length).toBe(4)
  })

  it('is refused where the remote has more than it and something else', async () => {
    const storage = await local(1)
    const server = new TestServer()
    const other = await join(server, { storage: await local(4) })
    await quiet(other)
    const a = await join(server, { storage })
    const { error } = await until(a, (s) => s.state === 'diverged')
    expect(error).toMatchObject({ code: 'sync/has-own-history' })
  })

  it('needs the right to administer, and waits for it', async () => {
    let admin = false
    const server = new TestServer(undefined, {
      authorize: () => ({ principal: 'ann', read: true, write: true, admin }),
    })
    const a = await join(server, { storage: await local() })
    await until(a, (s) => s.state === 'unauthorised')
    expect(await remoteLog(server)).toEqual([])
    admin = true
    a.replica.sync.wake()
    await quiet(a)
    expect((await remoteLog(server)).length).toBe(4)
  })

  it('is adopted whole wherever it is cut, by requests that get lost and processes that die', async () => {
    // bodies so large that each takes a request of its own
    const storage = memory()
    const conn = await open('inventory', { storage })
    await conn.transact(SCHEMA)
    for (let i = 1; i <= 4; i++) await conn.transact([{ 'inv/sku': `S${i}-${'x'.repeat(1000)}`, 'inv/count': i }])
    await conn.transact([{ 'db/ident': ':big', 'db/doc': 'x'.repeat(600 * 1024) }])
    await conn.transact([{ 'inv/sku': 'last' }])
    await conn.close()
    const txids = await logOf(storage)
    const server = new TestServer()
    for (const kept of [false, true, false, true, false, true]) {
      server.between = async (path, send) => {
        if (path !== 'adopt') return send()
        if (kept) await send()
        throw new TypeError('cut')
      }
      const dying = await join(server, { storage })
      await until(dying, (s) => s.state === 'backing-off')
      await dying.conn.close()
      expect(txids.slice(0, (await remoteLog(server)).length)).toEqual(await remoteLog(server))
    }
    server.between = (_, send) => send()
    for (const fate of ['before', 'after'] as const) {
      let reached: () => void = () => undefined
      const died = new Promise<void>((resolve) => {
        reached = resolve
      })
      const mortal = wrapped(storage, (store) =>
        instead(store, {
          commit: async (change) => {
            if (change.meta?.get('attaching') !== false) return store.commit(change)
            if (fate === 'after') await store.commit(change)
            reached()
            return new Promise(() => undefined)
          },
        }),
      )
      const dying = await client(server, { storage: mortal })
      await (fate === 'before' ? died : Promise.race([died, quiet(dying)]))
      dying.conn.sync.setOnline(false)
    }
    const a = await join(server, { storage })
    await quiet(a)
    const b = await join(server)
    await quiet(b)
    await agreed(a, b)
    expect((await remoteLog(server)).slice(0, txids.length)).toEqual(txids)
  })

  it('is adopted once by many tabs, two of which believe that they lead', async () => {
    const storage = await local(20)
    const server = new TestServer()
    const tabs = await Promise.all([1, 2, 3].map(() => join(server, { storage })))
    await Promise.all(tabs.map(({ conn }, i) => conn.transact([{ 'inv/sku': `T${i}` }])))
    for (const tab of tabs) await quiet(tab)
    const log = await remoteLog(server)
    expect([log.length, new Set(log).size]).toEqual([24, 24])
    for (const tab of tabs) expect((await skus(tab)).length).toBe(23)
  })

  it('brings along what was excised from it', async () => {
    const storage = await local()
    const conn = await open('inventory', { storage })
    await conn.excise(ITEM)
    await conn.close()
    const server = new TestServer()
    const a = await join(server, { storage })
    await a.conn.transact([{ 'inv/sku': 'S9' }])
    await quiet(a)
    const b = await join(server)
    await quiet(b)
    await agreed(a, b)
    expect((await skus(b)).sort()).toEqual(['S2', 'S3', 'S9'])
    const { t } = await b.conn.excise(['inv/sku', 'S2'])
    await a.conn.syncTo(t)
    expect((await skus(a)).sort()).toEqual(['S3', 'S9'])
  })
})

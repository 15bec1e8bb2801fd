import { describe, expect, it } from 'vitest'
import type { ShownDatom } from '../src/engine.ts'
import { memory } from '../src/storage/memory.ts'
import type { LocalStorage } from '../src/storage/port.ts'
import { fromCbor } from '../src/sync/cbor.ts'
import type { PullAnswer } from '../src/sync/protocol.ts'
import { join } from './support/join.ts'
import { agreed, type Client, quiet, TestServer, URL_OF_TEST, until } from './support/sync-world.ts'

const SCHEMA = [
  {
    'db/ident': ':p/id',
    'db/valueType': ':db.type/string',
    'db/cardinality': ':db.cardinality/one',
    'db/unique': ':db.unique/identity',
  },
  ...['name', 'mail', 'city'].map((name) => ({
    'db/ident': `:p/${name}`,
    'db/valueType': ':db.type/string',
    'db/cardinality': ':db.cardinality/one',
    'db/index': true,
  })),
]
const ADA = ['p/id', 'ada'] as const

/** A server with two people, and who wrote about them. */
async function people(server: TestServer, storage?: LocalStorage): Promise<Client> {
  const writer = await join(server, storage && { storage })
  await writer.conn.transact(SCHEMA)
  await writer.conn.transact([{ 'p/id': 'ada', 'p/name': 'Secret Ada', 'p/city': 'London' }])
  await writer.conn.transact([{ 'p/id': 'bob', 'p/name': 'Bob', 'p/city': 'Rome' }])
  await writer.conn.transact([{ 'p/id': 'ada', 'p/name': 'Secret Countess' }])
  await quiet(writer)
  return writer
}

/** All that a database says, in the past and in the log. */
async function everything({ conn }: Client): Promise<string> {
  const logged: ShownDatom[] = []
  for await (const { datoms } of conn.log()) logged.push(...datoms)
  const indexed = await Promise.all([conn.db().datoms('avet', 'p/name'), conn.db().history().datoms('eavt')])
  return JSON.stringify([logged, ...indexed])
}

/** All bytes that a replica has stored. */
async function bytesOf(storage: LocalStorage): Promise<string> {
  const store = await storage.open('inventory')
  const { queue, rejected, root } = await store.read()
  const rows = await store.readLog(1)
  const segments = await store.readSegments(await store.segmentIds())
  await store.close()
  const bodies = [...rows, ...queue, ...rejected].map((row) => row.body)
  return [...bodies, ...segments, root?.body].map((b) => Buffer.from(b ?? []).toString('latin1')).join('')
}

async function serverBytes(server: TestServer): Promise<string> {
  const store = await server.storage.open('inventory')
  const rows = await store.readLog(1)
  await store.close()
  return rows.map(({ body }) => Buffer.from(body).toString('latin1')).join('')
}

describe('excision of a synced database', () => {
  it('is carried out by the server and every replica that follows', async () => {
    const server = new TestServer()
    const [own, others] = [memory(), memory()]
    const admin = await people(server, own)
    const reader = await join(server, { storage: others })
    await quiet(reader)
    const old = reader.conn.db()
    const ada = (await reader.conn.db().entid(ADA)) as number
    const report = await admin.conn.excise(ADA, { txData: [{ 'db/id': 'datomic.tx', 'db/doc': 'ticket 7' }] })
    expect(report.removed).toBe(4)
    await reader.conn.syncTo(report.t)
    await agreed(admin, reader)
    for (const c of [admin, reader, await join(server)]) {
      await quiet(c)
      const all = await everything(c)
      expect(all).not.toMatch(/Secret|London/)
      expect(all).toContain('Bob')
      const said = '[:find ?t ?why :where [?x :db/excise ?t ?tx] [?tx :db/doc ?why]]'
      expect(await c.conn.db().q(said)).toEqual([[ada, 'ticket 7']])
    }
    await expect(old.q('[:find ?n :where [_ :p/name ?n]]')).rejects.toMatchObject({ code: 'db/gone' })
    for (const bytes of [await bytesOf(own), await bytesOf(others), await serverBytes(server)])
      expect(bytes).not.toMatch(/Secret|London/)
    await reader.conn.transact([{ 'p/id': 'ada', 'p/name': 'New' }])
    await quiet(reader)
    await agreed(admin, reader)
  })

  it('takes out the same everywhere, and refuses a transaction that tells of another', async () => {
    const server = new TestServer()
    const admin = await people(server)
    const reader = await join(server)
    await quiet(reader)
    const away = (more: object): Promise<unknown> => admin.conn.excise(ADA, more)
    await expect(away({ attrs: [] })).rejects.toMatchObject({ code: 'tx/not-excisable' })
    await away({ attrs: [':p/city', ':p/mail', ':p/city'] })
    for (const form of [{ 'db/excise': ADA }, { 'db/id': 'db.excise/excision', 'db.excise/attrs': ':p/name' }]) {
      await expect(away({ attrs: ['p/mail'], txData: [form] })).rejects.toMatchObject({ code: 'tx/not-excisable' })
    }
    for (const c of [admin, reader, await join(server)]) {
      await quiet(c)
      await agreed(admin, c)
      expect(await everything(c)).toContain('Secret Countess')
      expect(await everything(c)).not.toContain('London')
    }
  })

  it('reaches who was away, before what came after it, and lets pending transactions be decided anew', async () => {
    const server = new TestServer()
    const storage = memory()
    const admin = await people(server)
    const away = await join(server, { storage })
    await quiet(away)
    away.conn.sync.setOnline(false)
    await until(away, (s) => s.state === 'offline')
    await away.conn.transact([{ 'p/id': 'ada', 'p/city': 'Paris' }])
    await away.conn.transact([[':db/cas', ADA, 'p/name', 'Secret Countess', 'Lady']])
    await admin.conn.transact([{ 'p/id': 'ada', 'p/name': 'Secret Third' }])
    await quiet(admin)
    await admin.conn.excise(ADA)
    await admin.conn.transact([{ 'p/id': 'bob', 'p/name': 'Robert' }])
    await quiet(admin)
    away.conn.sync.setOnline(true)
    await quiet(away)
    await agreed(admin, away)
    expect(await everything(away)).not.toMatch(/Secret|London/)
    expect(await away.conn.db().pull(['p/city'], ADA)).toEqual({ 'p/city': 'Paris' })
    const [refused] = await away.conn.sync.rejected()
    expect(refused?.code).toBe('tx/cas-failed')
    await away.conn.sync.withdraw(refused?.id as string)
    await quiet(admin)
    expect(await bytesOf(storage)).not.toMatch(/Secret|London/)
  })

  it('takes the reasons of refusals along, here and there', async () => {
    const server = new TestServer()
    const storage = memory()
    const admin = await people(server, storage)
    const other = await join(server)
    await quiet(other)
    other.conn.sync.setOnline(false)
    await other.conn.transact([[':db/cas', ADA, 'p/name', 'Secret Countess', 'Lady']])
    await admin.conn.transact([{ 'p/id': 'ada', 'p/name': 'Secret Third' }])
    await quiet(admin)
    other.conn.sync.setOnline(true)
    await until(other, (s) => s.rejected === 1)
    expect(JSON.stringify(await other.conn.sync.rejected())).toContain('Secret Third')
    await admin.conn.excise(ADA)
    await agreed(admin, other)
    const [refused] = await other.conn.sync.rejected()
    expect(JSON.stringify({ ...refused, intent: [] })).not.toContain('Secret')
    const store = await server.storage.open('inventory')
    const outcome = (await store.outcomes([refused?.id as string])).get(refused?.id as string)
    expect(outcome).toMatchObject({ code: 'tx/cas-failed', detail: undefined })
  })

  it('reaches the other tabs, and segments', async () => {
    const server = new TestServer()
    const storage = memory()
    const admin = await people(server, storage)
    const indexing = { novelty: 1 }
    const tab = await join(server, { storage, indexing, lead: () => () => undefined })
    while ((await tab.replica.ledger.readLog(1, 1)).length === 0) await quiet(admin)
    const old = tab.conn.db()
    const { t } = await admin.conn.excise('p/name')
    await tab.conn.syncTo(t)
    for (const c of [tab, admin]) expect(await everything(c)).not.toMatch(/Secret|Bob/)
    await expect(old.datoms('eavt')).rejects.toMatchObject({ code: 'db/gone' })
    await tab.conn.close()
    const again = await join(server, { storage, indexing })
    await again.conn.close()
    expect(await bytesOf(storage)).not.toMatch(/Secret|Bob/)
  })

  it('is for administrators, and off the network for nobody', async () => {
    const server = new TestServer(undefined, {
      authorize: (request) => {
        const principal = request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
        return { principal, read: true, write: true, admin: principal === 'root' }
      },
    })
    const as = (user: string) => ({ remote: { url: URL_OF_TEST, auth: () => user } })
    const writer = await join(server, as('ann'))
    await writer.conn.transact(SCHEMA)
    await writer.conn.transact([{ 'p/id': 'ada', 'p/name': 'Secret Ada' }])
    const { t } = await quiet(writer)
    await expect(writer.conn.excise(ADA)).rejects.toMatchObject({ code: 'sync/unauthorized' })
    await expect(writer.conn.excise(['p/id', 'nobody'])).rejects.toMatchObject({ code: 'entity/unknown' })
    const root = await join(server, as('root'))
    await quiet(root)
    root.conn.sync.setOnline(false)
    await expect(root.conn.excise(ADA)).rejects.toMatchObject({ code: 'sync/unreachable' })
    root.conn.sync.setOnline(true)
    await quiet(root)
    await expect(root.conn.excise('db/doc')).rejects.toMatchObject({ code: 'tx/not-excisable' })
    expect((await quiet(writer)).t).toBe(t)
    await root.conn.excise(ADA)
    const user = '[:find ?u . :where [?x :db/excise _ ?tx] [?tx :tx/user ?u]]'
    expect(await root.conn.db().q(user)).toBe('root')
  })

  it('changes the addresses of pages, so that no cache serves what is gone', async () => {
    const server = new TestServer(undefined, { limits: { page: 2 } })
    const admin = await people(server)
    const asked: string[] = []
    const watching = Object.assign(Object.create(server) as TestServer, {
      fetch: ((url: string, init?: RequestInit) => {
        asked.push(url)
        return server.fetch(url, init)
      }) as typeof fetch,
    })
    await quiet(await join(watching))
    const before = asked.filter((url) => url.includes('/pull?'))
    await admin.conn.excise(ADA)
    asked.length = 0
    const late = await join(watching)
    await quiet(late)
    const after = asked.filter((url) => url.includes('/pull?'))
    expect(before.length).toBeGreaterThan(1)
    expect(after.filter((url) => before.includes(url))).toEqual([])
    const old = await server.handler(new Request(before[0] as string))
    expect(old.headers.get('cache-control')).toBe('no-store')
    const page = fromCbor(new Uint8Array(await old.arrayBuffer()), { maxBytes: 1e7, maxDepth: 20 }) as PullAnswer
    expect([page.rows, page.excised]).toEqual([[], 1])
    const current = await server.handler(new Request(after[0] as string))
    expect(current.headers.get('cache-control')).toContain('immutable')
  })

  it('once by txid, however often it is asked for', async () => {
    const server = new TestServer()
    const twice = Object.assign(Object.create(server) as TestServer, {
      fetch: (async (url: string, init?: RequestInit) => {
        if (url.endsWith('/excise')) await server.fetch(url, init)
        return server.fetch(url, init)
      }) as typeof fetch,
    })
    const admin = await people(twice)
    const { removed } = await admin.conn.excise(ADA)
    await quiet(admin)
    expect([removed, await admin.conn.db().q('[:find (count ?x) . :where [?x :db/excise]]')]).toEqual([4, 1])
  })

  it('is refused to those who know nothing of it', async () => {
    const server = new TestServer()
    const admin = await people(server)
    await admin.conn.excise(ADA)
    const pull = await server.handler(new Request(`${URL_OF_TEST}/pull?from=1`))
    expect([pull.status, (await pull.json()) as object]).toEqual([
      426,
      expect.objectContaining({ code: 'sync/upgrade' }),
    ])
  })
})

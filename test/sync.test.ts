import { afterEach, describe, expect, it, vi } from 'vitest'
import { open as openLocal } from '../src/engine/open.ts'
import { memory } from '../src/storage/memory.ts'
import { type Client, type ClientOptions, client, quiet, SCHEMA, TestServer, until } from './support/sync-world.ts'

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

const logOf = async ({ conn }: Client): Promise<string[]> => {
  const out: string[] = []
  for await (const entry of conn.log()) out.push(`${entry.t} ${entry.id}`)
  return out
}
const countOf = async ({ conn }: Client, sku: string): Promise<unknown> => {
  const db = conn.db()
  const e = await db.entid(['inv/sku', sku])
  return e === undefined ? undefined : (await db.datoms('eavt', e, 'inv/count'))[0]?.v
}
const offline = ({ conn }: Client): void => conn.sync.setOnline(false)
const online = ({ conn }: Client): void => conn.sync.setOnline(true)
/** A server that knows the schema, and one replica that made it. */
async function shop(): Promise<{ server: TestServer; a: Client }> {
  const server = new TestServer()
  const a = await connect(server)
  await a.conn.transact(SCHEMA)
  await quiet(a)
  return { server, a }
}

describe('two replicas and a server', () => {
  it('what one does the other sees, and both have the same log', async () => {
    const server = new TestServer()
    const a = await connect(server)
    await a.conn.transact(SCHEMA)
    const report = await a.conn.transact([{ 'inv/sku': 'S1', 'inv/count': 7 }])
    expect(report.status).toBe('pending')
    expect(await countOf(a, 'S1')).toBe(7)
    expect(await report.settled).toEqual({ status: 'confirmed', t: 2, tx: 2 ** 29 + 2 })

    const b = await connect(server)
    await quiet(b)
    expect(await countOf(b, 'S1')).toBe(7)
    await b.conn.transact([[':db/add', ['inv/sku', 'S1'], 'inv/count', 8]])
    await quiet(b)
    await until(a, (s) => s.t === 3)
    expect(await countOf(a, 'S1')).toBe(8)
    await quiet(a)
    expect(await logOf(a)).toEqual(await logOf(b))
    expect(a.replica.ledger.state.head).toEqual(b.replica.ledger.state.head)
  })

  it('an upsert that finds somebody else’s entity: what was said about the new id is said about the old one', async () => {
    const { server, a } = await shop()
    const b = await connect(server)
    await quiet(b)
    offline(b)
    const p1 = await b.conn.transact([{ 'db/id': 'new', 'inv/sku': 'S1' }])
    const minted = p1.tempids.new as number
    await b.conn.transact([[':db/add', minted, 'inv/count', 5]])
    await a.conn.transact([{ 'inv/sku': 'S1' }])
    await quiet(a)
    const final = (await a.conn.db().entid(['inv/sku', 'S1'])) as number
    expect(final).not.toBe(minted)

    online(b)
    await quiet(b)
    await until(a, (s) => s.t === 4)
    for (const c of [a, b]) {
      expect(await c.conn.db().entid(['inv/sku', 'S1'])).toBe(final)
      expect(await countOf(c, 'S1')).toBe(5)
    }
    expect(await b.conn.db().entid(minted)).toBe(final)
    const later = await b.conn.transact([[':db/add', minted, 'inv/count', 6]])
    expect(await later.settled).toMatchObject({ status: 'confirmed' })
    expect(await countOf(b, 'S1')).toBe(6)
  })

  it('live answers by an id that turns out to be another entity’s are that one’s', async () => {
    const { server, a } = await shop()
    const { tempids } = await a.conn.transact([{ 'db/id': 'old', 'inv/count': 7 }])
    const b = await connect(server)
    await quiet(b)
    offline(b)
    const minted = (await b.conn.transact([{ 'db/id': 'new', 'inv/sku': 'S1' }])).tempids.new as number
    const answers = [
      b.conn.livePull(['inv/count'], minted),
      b.conn.live('[:find ?n . :in $ ?e :where [?e :inv/count ?n]]', [minted]),
    ]
    for (const answer of answers) answer.subscribe(() => undefined)
    await a.conn.transact([[':db/add', tempids.old as number, 'inv/sku', 'S1']])
    await quiet(a)
    online(b)
    await quiet(b)
    const shown = (): unknown[] => answers.map((answer) => (answer.getSnapshot() as { data?: unknown }).data)
    await expect.poll(shown).toEqual([{ 'inv/count': 7 }, 7])
  })

  it('what is pending is decided anew when news comes, before it is pushed', async () => {
    const { server, a } = await shop()
    const other = new TestServer(server.storage)
    const b = await connect(other)
    await quiet(b)
    offline(b)
    await b.conn.transact([{ 'inv/sku': 'S1', 'inv/count': 5 }])
    await b.conn.transact([[':db/cas', ['inv/sku', 'S1'], 'inv/count', 5, 6]])
    await a.conn.transact([{ 'inv/sku': 'S1', 'inv/count': 1 }])
    await quiet(a)
    other.between = async (path, send) => (path === 'push' ? new Response('busy', { status: 503 }) : send())
    online(b)
    await until(b, (s) => s.t === 2)
    expect(await b.conn.db().entid(['inv/sku', 'S1'])).toBe(await a.conn.db().entid(['inv/sku', 'S1']))
    expect(await countOf(b, 'S1')).toBe(6)
    expect(await b.conn.db().datoms('avet', 'inv/sku')).toHaveLength(1)
    await b.conn.transact([[':db/cas', ['inv/sku', 'S1'], 'inv/count', 6, 7]])
    await a.conn.transact([{ 'inv/sku': 'S1', 'inv/count': 2 }])
    await until(a, (s) => s.t === 3)
    offline(b)
    online(b)
    await until(b, (s) => s.t === 3)
    expect(await countOf(b, 'S1')).toBe(7)
    other.between = (_, send) => send()
    b.replica.sync.wake()
    await quiet(b)
    expect(await countOf(b, 'S1')).toBe(7)
  })

  it('two sell the last piece with cas: one is confirmed, the other refused with the facts, and nothing is stuck', async () => {
    const { server, a } = await shop()
    await a.conn.transact([{ 'inv/sku': 'S1', 'inv/count': 1 }])
    const b = await connect(server)
    await quiet(a)
    await quiet(b)
    offline(a)
    offline(b)
    const sell = [[':db/cas', ['inv/sku', 'S1'], 'inv/count', 1, 0]]
    const soldByA = await a.conn.transact(sell)
    const soldByB = await b.conn.transact(sell)
    await b.conn.transact([{ 'inv/sku': 'S2', 'inv/count': 3 }])
    online(a)
    expect(await soldByA.settled).toMatchObject({ status: 'confirmed' })
    online(b)
    expect(await soldByB.settled).toMatchObject({
      status: 'rejected',
      code: 'tx/cas-failed',
      facts: { expected: 1, actual: 0 },
    })
    await quiet(b)
    expect(await countOf(b, 'S1')).toBe(0)
    expect(await countOf(b, 'S2')).toBe(3)
    const [refused] = await b.conn.sync.rejected()
    expect(refused).toMatchObject({ id: soldByB.id, intent: sell, code: 'tx/cas-failed' })
    expect(b.conn.sync.getSnapshot()).toMatchObject({ pending: 0, rejected: 1 })
  })

  it('a refused transaction is amended and accepted, another dropped, a third sent again', async () => {
    const { server, a } = await shop()
    await a.conn.transact([{ 'inv/sku': 'S1', 'inv/count': 1 }])
    await quiet(a)
    const b = await connect(server)
    await quiet(b)
    offline(b)
    const cas = (n: number) => b.conn.transact([[':db/cas', ['inv/sku', 'S1'], 'inv/count', n, n + 1]])
    const all = [await cas(1), await cas(2), await cas(3)] as const
    await a.conn.transact([[':db/add', ['inv/sku', 'S1'], 'inv/count', 10]])
    await quiet(a)
    online(b)
    await until(b, (s) => s.rejected === 3)

    const id = await b.conn.sync.amend(all[0].id, [[':db/cas', ['inv/sku', 'S1'], 'inv/count', 10, 11]])
    expect(await b.conn.sync.settled(id)).toMatchObject({ status: 'confirmed' })
    expect(await b.conn.sync.settled(all[1].id)).toMatchObject({ status: 'rejected' })
    await expect(b.conn.sync.retry(all[1].id)).rejects.toMatchObject({ code: 'tx/cas-failed' })
    expect(await b.conn.sync.withdraw(all[1].id)).toEqual({ status: 'withdrawn' })
    await a.conn.transact([[':db/add', ['inv/sku', 'S1'], 'inv/count', 3]])
    await until(b, (s) => s.t === 5)
    const again = await b.conn.sync.retry(all[2].id)
    expect(await b.conn.sync.settled(again)).toMatchObject({ status: 'confirmed' })
    expect(await countOf(b, 'S1')).toBe(4)
    expect(await b.conn.sync.rejected()).toEqual([])
    await expect(b.conn.sync.retry(all[2].id)).rejects.toMatchObject({ code: 'sync/not-rejected' })
    const [tx] = await b.conn.db().datoms('avet', 'tx/id', again)
    expect((await b.conn.db().datoms('eavt', tx?.e, 'tx/retryOf'))[0]?.v).toBe(all[2].id)
  })

  it('the same schema installed on a second replica is withdrawn without noise', async () => {
    const { server, a } = await shop()
    const b = await connect(server)
    offline(b)
    const written = await b.replica.ledger.transact(SCHEMA, { schema: true })
    const item = await b.conn.transact([{ 'inv/sku': 'S9', 'inv/count': 2 }])
    const attribute = await b.conn.db().entid(':inv/count')
    online(b)
    expect(await b.conn.sync.settled(written.txid)).toEqual({ status: 'withdrawn' })
    expect(await item.settled).toMatchObject({ status: 'confirmed', t: 2 })
    await quiet(b)
    expect(await b.conn.db().entid(attribute as number)).toBe(await a.conn.db().entid(':inv/count'))
    expect((await logOf(b)).length).toBe(2)
  })

  it('a pending transaction taken back leaves the view at once and is never confirmed', async () => {
    const { a } = await shop()
    offline(a)
    const first = await a.conn.transact([{ 'inv/sku': 'S1', 'inv/count': 1 }])
    const second = await a.conn.transact([{ 'inv/sku': 'S2', 'inv/count': 2 }])
    const third = await a.conn.transact([[':db/add', ['inv/sku', 'S1'], 'inv/count', 3]])
    const { generation } = a.replica.ledger.state.meta
    const taken = a.conn.sync.withdraw(first.id)
    await until(a, () => a.replica.ledger.state.meta.generation > generation)
    expect(await countOf(a, 'S1')).toBeUndefined()
    expect((await a.conn.sync.pending()).map((p) => p.conflict?.code)).toEqual([undefined, 'entity/unknown'])
    online(a)
    expect(await taken).toEqual({ status: 'withdrawn' })
    expect(await second.settled).toMatchObject({ status: 'confirmed' })
    expect(await third.settled).toMatchObject({ status: 'rejected', code: 'entity/unknown' })
    await expect(a.conn.sync.withdraw(first.id)).rejects.toMatchObject({ code: 'sync/not-pending' })
  })

  it('id, tx and tempids of a report stay usable across a rebase', async () => {
    const { server, a } = await shop()
    const b = await connect(server)
    await quiet(b)
    offline(b)
    const report = await b.conn.transact([{ 'db/id': 'x', 'inv/sku': 'S1', 'inv/count': 1 }])
    await b.conn.transact([[':db/add', report.tx, 'db/doc', 'counted twice']])
    await a.conn.transact([{ 'inv/sku': 'S0' }])
    await quiet(a)
    online(b)
    const settled = await report.settled
    if (settled.status !== 'confirmed') throw new Error(settled.status)
    await quiet(b)
    const db = b.conn.db()
    expect(await db.entid(report.tx)).toBe(settled.tx)
    expect((await db.datoms('eavt', settled.tx, 'db/doc'))[0]?.v).toBe('counted twice')
    expect(await db.entid(report.tempids.x as number)).toBe(await db.entid(['inv/sku', 'S1']))
    expect(await b.conn.sync.settled(report.id)).toEqual(settled)
    const late = await b.conn.transact([[':db/add', report.tx, 'db/doc', 'counted thrice']])
    expect(await late.settled).toMatchObject({ status: 'confirmed' })
    await quiet(b)
    expect((await b.conn.db().datoms('eavt', settled.tx, 'db/doc'))[0]?.v).toBe('counted thrice')
  })

  it('an undo made offline, of a pending transaction, arrives', async () => {
    const { server, a } = await shop()
    const first = await a.conn.transact([{ 'inv/sku': 'S1', 'inv/count': 1 }])
    await first.settled
    offline(a)
    const change = await a.conn.transact([[':db/add', ['inv/sku', 'S1'], 'inv/count', 2]])
    await a.conn.undo(change.id)
    expect(await countOf(a, 'S1')).toBe(1)
    online(a)
    await quiet(a)
    const b = await connect(server)
    await quiet(b)
    expect(await countOf(b, 'S1')).toBe(1)
    expect(b.replica.ledger.state.head.t).toBe(4)
  })

  it('the queue outlives its process, and the server its own', async () => {
    const { server, a } = await shop()
    const storage = memory()
    const b = await connect(server, { storage })
    await quiet(b)
    offline(b)
    await b.conn.transact([{ 'inv/sku': 'S1', 'inv/count': 1 }])
    await b.conn.transact([[':db/inc', ['inv/sku', 'S1'], 'inv/count', 4]])
    await b.conn.close()
    server.up = false
    const again = await connect(server, { storage })
    expect(await countOf(again, 'S1')).toBe(5)
    expect(again.conn.sync.getSnapshot()).toMatchObject({ pending: 2 })
    await server.restart()
    server.up = true
    again.replica.sync.wake()
    await quiet(again)
    a.replica.sync.wake()
    await quiet(a)
    expect(await countOf(a, 'S1')).toBe(5)
    expect(await logOf(a)).toEqual(await logOf(again))
  })

  it('two tabs of one replica: one syncs, both see, and settled resolves where it was asked', async () => {
    const { server } = await shop()
    const storage = memory()
    const leader = await connect(server, { storage })
    await quiet(leader)
    const other = await connect(server, { storage, lead: () => () => undefined })
    const report = await other.conn.transact([{ 'inv/sku': 'S1', 'inv/count': 1 }])
    expect(await report.settled).toMatchObject({ status: 'confirmed', t: 2 })
    expect(await countOf(leader, 'S1')).toBe(1)
    offline(leader)
    await leader.conn.transact([[':db/add', ['inv/sku', 'S1'], 'inv/count', 2]])
    await until(other, (s) => s.pending === 1)
    expect(await countOf(other, 'S1')).toBe(2)
    const ids = new Set<unknown>()
    for (const tab of [leader, other, leader, other]) {
      const { tempids } = await tab.conn.transact([{ 'db/id': 'x', 'inv/sku': `T${ids.size}` }])
      ids.add(tempids.x)
    }
    expect(ids.size).toBe(4)
    online(leader)
    await quiet(leader)
    await until(other, (s) => s.pending === 0)
    expect(await logOf(leader)).toEqual(await logOf(other))
  })

  it('a replica is not opened as a database of its own', async () => {
    const { server } = await shop()
    const storage = memory()
    const b = await connect(server, { storage })
    await quiet(b)
    await expect(openLocal('inventory', { storage })).rejects.toMatchObject({ code: 'sync/is-replica' })
  })

  it('a migration that both ran offline is in the log once', async () => {
    const { server, a } = await shop()
    const b = await connect(server)
    await quiet(b)
    offline(a)
    offline(b)
    const migrations = [
      {
        id: 'counts',
        up: [{ 'db/ident': ':inv/note', 'db/valueType': ':db.type/string', 'db/cardinality': ':db.cardinality/one' }],
      },
    ]
    for (const c of [a, b]) await c.conn.migrate(migrations)
    await b.conn.transact([{ 'inv/sku': 'S1', 'inv/note': 'new' }])
    const late = await b.conn.transact([[':db/add', ':inv/note', 'db/doc', 'what a shopkeeper thinks']])
    online(a)
    await quiet(a)
    online(b)
    await quiet(b)
    expect(await late.settled).toMatchObject({ status: 'confirmed' })
    await until(a, (s) => s.t === 4)
    expect(await b.conn.migrate(migrations)).toEqual([{ id: 'counts', status: 'known' }])
    const ids = await Promise.all([a, b].map((c) => c.conn.db().entid(':inv/note')))
    expect(ids[0]).toBe(ids[1])
    expect((await b.conn.db().datoms('eavt', ids[0], 'db/doc'))[0]?.v).toBe('what a shopkeeper thinks')
  })
})

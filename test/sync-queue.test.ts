import { afterEach, describe, expect, it } from 'vitest'
import { storeName } from '../src/client/serve/open-database.ts'
import { type Connection, connect, kw } from '../src/index.ts'
import { memory } from '../src/storage/memory.ts'
import { channelWorker } from './support/channel-worker.ts'
import { agreed, type Client, client, quiet, SCHEMA, TestServer, until } from './support/sync-world.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const conn of open.splice(0)) await conn.close()
})
async function shop(server: TestServer): Promise<Client> {
  const opened = await client(server)
  open.push(opened.conn)
  return opened
}
const WAITING = '[:find ?sku ?n :in $ $queue :where [$queue _ :pending _ ?e :inv/count ?n true] [?e :inv/sku ?sku]]'
const TROUBLE = '[:find ?id ?status ?code :in $ $queue :where [$queue ?id ?status ?code] [(not= ?status :pending)]]'
const item = (sku: string, count: number) => ({ 'inv/sku': sku, 'inv/count': count })
const ofSku = (sku: string) => ['inv/sku', sku] as const

/** Two shops with one piece of A; both have sold it, and the other's sale has reached the server. */
async function oversold(): Promise<{ ann: Client; ben: Client; sale: string }> {
  const server = new TestServer()
  const [ann, ben] = [await shop(server), await shop(server)]
  await ann.conn.transact(SCHEMA)
  await ann.conn.transact([item('A', 1)])
  await quiet(ann)
  await agreed(ann, ben)
  ben.conn.sync.setOnline(false)
  const { id } = await ben.conn.transact([[':db/cas', ofSku('A'), 'inv/count', 1, 0]])
  await ann.conn.transact([[':db/cas', ofSku('A'), 'inv/count', 1, 0]])
  await quiet(ann)
  return { ann, ben, sale: id }
}

describe('the source $queue', () => {
  it('answers what waits, joined with the database, each value as of its moment', async () => {
    const { conn } = await shop(new TestServer())
    conn.sync.setOnline(false)
    await conn.transact(SCHEMA)
    const before = conn.db()
    await conn.transact([item('A', 1), item('B', 2)])
    const { id, dbAfter } = await conn.transact([[':db/add', ofSku('A'), 'inv/count', 5]])
    const rows = await conn.db().q<[string, number][]>(WAITING)
    expect(rows.toSorted()).toEqual([
      ['A', 1],
      ['A', 5],
      ['B', 2],
    ])
    expect(await before.q(WAITING)).toEqual([])
    expect(await dbAfter.q('[:find ?id . :in $ $queue :where [$queue ?id _ _ ?e :inv/count 1 false]]')).toBe(id)
    expect(
      await conn.db().q(
        {
          find: ['?a', '?v'],
          in: ['$', '$queue', '?id'],
          where: [['$queue', '?id', kw('pending'), '_', '_', '?a', '?v', true], [['=', '?v', 5]]],
        },
        [id],
      ),
    ).toEqual([[':inv/count', 5]])
  })

  it('says what is in conflict, and what was refused and why', async () => {
    const { ann, ben, sale } = await oversold()
    ben.conn.sync.setOnline(true)
    await quiet(ben)
    expect(await ben.conn.db().q(TROUBLE)).toEqual([[sale, ':rejected', ':tx/cas-failed']])
    expect(await ann.conn.db().q(TROUBLE)).toEqual([])
  })

  it('moves live queries, when a refused transaction is dropped too', async () => {
    const { ben, sale } = await oversold()
    const live = ben.conn.live<string[]>('[:find [?id ...] :in $ $queue :where [$queue ?id]]')
    const stop = live.subscribe(() => undefined)
    const shown = (): unknown => {
      const snapshot = live.getSnapshot()
      return snapshot.status === 'ready' ? snapshot.data : snapshot.status
    }
    await expect.poll(shown).toEqual([sale])
    ben.conn.sync.setOnline(true)
    await quiet(ben)
    await ben.conn.sync.withdraw(sale)
    await expect.poll(shown).toEqual([])
    stop()
  })

  it('is empty where nothing is synced, and for the functions of transactions', async () => {
    const server = new TestServer()
    const seen: unknown[] = []
    const functions = {
      'shop/look': async (db: { q(query: string): Promise<unknown> }) => {
        seen.push(await db.q('[:find ?id :in $ $queue :where [$queue ?id]]'))
        return []
      },
    }
    const { conn } = await client(server, { functions })
    open.push(conn)
    conn.sync.setOnline(false)
    await conn.transact(SCHEMA)
    await conn.transact([['shop/look']])
    expect(seen).toEqual([[]])
  })

  it('is asked through a worker like any other', async () => {
    const server = new TestServer()
    const conn = await connect('shop', { worker: () => channelWorker(async () => (await client(server)).conn) })
    open.push(conn)
    conn.sync.setOnline(false)
    await conn.transact(SCHEMA)
    await conn.transact([item('A', 1)])
    expect(await conn.db().q(WAITING)).toEqual([['A', 1]])
    const live = conn.live(WAITING)
    const stop = live.subscribe(() => undefined)
    await expect.poll(() => live.getSnapshot()).toMatchObject({ status: 'ready', data: [['A', 1]] })
    stop()
  })
})

describe('a pending transaction', () => {
  it('says what it changes', async () => {
    const { ben, sale } = await oversold()
    const [waits] = await ben.conn.sync.pending()
    expect(waits).toMatchObject({ id: sale, intent: [[':db/cas', ofSku('A'), 'inv/count', 1, 0]] })
    const count = await ben.conn.db().entid(':inv/count')
    const about = waits?.txData.filter(({ a }) => a === count).map(({ v, added }) => [v, added])
    expect(about).toEqual([
      [1, false],
      [0, true],
    ])
    expect(structuredClone(waits)).toEqual(waits)
  })

  it('is amended in one step', async () => {
    const server = new TestServer()
    const { conn, replica } = await shop(server)
    conn.sync.setOnline(false)
    await conn.transact(SCHEMA)
    const first = await conn.transact([{ 'db/id': 'x', ...item('A', 1) }])
    await conn.transact([[':db/add', ofSku('A'), 'inv/count', 2]])
    let views = 0
    const stop = replica.ledger.onChange(() => views++)
    const id = await conn.sync.amend(first.id, [{ 'db/id': 'x', ...item('B', 7) }])
    stop()
    expect(views).toBe(1)
    expect(await conn.db().q('[:find ?sku ?n :where [?e :inv/sku ?sku] [?e :inv/count ?n]]')).toEqual([['B', 7]])
    const [, second] = await conn.sync.pending()
    expect(second?.conflict?.code).toBe('entity/unknown')
    conn.sync.setOnline(true)
    await until({ conn, replica }, (s) => s.state === 'live' && s.pending === 0)
    expect(await conn.sync.settled(first.id)).toEqual({ status: 'withdrawn' })
    expect(await conn.sync.settled(id)).toMatchObject({ status: 'confirmed' })
    expect(await conn.db().q('[:find [?sku ...] :where [_ :inv/sku ?sku]]')).toEqual(['B'])
  })

  it('stays as it is when its amendment is refused at once', async () => {
    const { conn } = await shop(new TestServer())
    conn.sync.setOnline(false)
    await conn.transact(SCHEMA)
    const { id } = await conn.transact([item('A', 1)])
    await expect(conn.sync.amend(id, [{ 'no/such': 1 }])).rejects.toMatchObject({ code: 'attribute/unknown' })
    expect((await conn.sync.pending()).map((p) => p.id)).toContain(id)
    expect(await conn.db().entid(ofSku('A'))).toBeDefined()
  })
})

it('a login switch neither shows, pushes nor deletes the other’s queue', async () => {
  const storage = memory()
  let token = 'ann'
  const server = new TestServer(undefined, {
    authorize: (request) => {
      const principal = request.headers.get('authorization')?.replace('Bearer ', '')
      return principal === undefined ? undefined : { principal, read: true, write: true }
    },
  })
  const worker = () =>
    channelWorker(async (request) => {
      const remote = { url: 'http://test/sync/inventory', auth: () => token }
      return (await client(server, { storage, name: storeName(request), remote })).conn
    })
  const login = async (user: string): Promise<Connection> => {
    token = user
    const conn = await connect('shop', { worker, user })
    open.push(conn)
    return conn
  }
  const settled = async (conn: Connection): Promise<void> =>
    void (await expect.poll(() => conn.sync.getSnapshot()).toMatchObject({ state: 'live', pending: 0 }))
  const ann = await login('ann')
  await ann.transact(SCHEMA)
  await settled(ann)
  ann.sync.setOnline(false)
  const { id } = await ann.transact([item('A', 1)])
  await ann.close()

  const ben = await login('ben')
  await settled(ben)
  await ben.transact([item('B', 2)])
  await settled(ben)
  expect(await ben.db().entid(['tx/id', id])).toBeUndefined()
  expect(await ben.sync.pending()).toEqual([])
  await ben.close()

  const again = await login('ann')
  await settled(again)
  const users = await again
    .db()
    .q<[string, string][]>('[:find ?sku ?user :where [?e :inv/sku ?sku ?tx] [?tx :tx/user ?user]]')
  expect(users.toSorted()).toEqual([
    ['A', 'ann'],
    ['B', 'ben'],
  ])
})

import { type Connection, type ConnectOptions, connect, defineSchema, destroy, restore } from 'annals'
import { afterEach, describe, expect, it } from 'vitest'
import { Opened } from './support/opened.ts'

const schema = defineSchema({ 'inv/sku': { type: 'string', unique: 'identity' }, 'inv/count': { type: 'long' } })
const stock = '[:find ?sku ?n ?tx :where [?e :inv/sku ?sku] [?e :inv/count ?n ?tx]]'
const blobOf = (conn: Connection, since = 0): Promise<Blob> => new Response(conn.export({ since })).blob()

const opened = new Opened()
const { closeAll } = opened
const shop = (name: string, options: ConnectOptions = {}): Promise<Connection> =>
  opened.add(connect(name, { schema, ...options }))
afterEach(closeAll)

async function stocked(name: string): Promise<Connection> {
  const conn = await shop(name)
  const item = (i: number) => ({ 'inv/sku': `SKU-${i}`, 'inv/count': i })
  for (let i = 0; i < 5; i++) await conn.transact(Array.from({ length: 300 }, (_, k) => item(i * 200 + k)))
  return conn
}

describe('a backup in a browser', () => {
  it('gives back the same database, whole and by and by', async () => {
    const [name, copy] = [crypto.randomUUID(), crypto.randomUUID()]
    const conn = await stocked(name)
    const whole = await blobOf(conn)
    const { basisT } = conn.db()
    expect(await restore(copy, whole)).toEqual({ t: basisT, restored: basisT })
    const again = await shop(copy)
    expect(again.health.getSnapshot()).toEqual([])
    const sorted = async (c: Connection) => (await c.db().q<unknown[][]>(stock)).map(String).sort()
    expect(await sorted(again)).toEqual(await sorted(conn))
    expect(await (await blobOf(again)).text()).toBe(await whole.text())

    const { id } = await conn.transact([{ 'inv/sku': 'SKU-1', 'inv/count': -1 }])
    // as a stream, into a database that is open
    expect(await restore(copy, conn.export({ since: basisT }))).toEqual({ t: basisT + 1, restored: 1 })
    await again.syncTo(basisT + 1)
    expect(await sorted(again)).toEqual(await sorted(conn))
    await again.undo(id)
    expect(await sorted(again)).not.toEqual(await sorted(conn))
  })

  it('is refused by its line where it is damaged, and leaves no database', async () => {
    const conn = await stocked(crypto.randomUUID())
    const lines = (await (await blobOf(conn)).text()).split('\n')
    for (const [bad, refusal] of [
      [lines.slice(0, 3), { code: 'backup/truncated', data: { line: 3 } }],
      [[...lines.slice(0, 3), ...lines.slice(4)], { code: 'backup/corrupt', data: { line: 4 } }],
      [['hello'], { code: 'backup/malformed', data: { line: 1 } }],
    ] as const) {
      const copy = crypto.randomUUID()
      await expect(restore(copy, new Blob([bad.join('\n')]))).rejects.toMatchObject(refusal)
      expect((await indexedDB.databases()).map((db) => db.name)).not.toContain(`annals/1/${copy}`)
    }
  })

  it('ends with its page: what fails while it is read fails the restore', async () => {
    const failing = new ReadableStream<Uint8Array>({ pull: (c) => c.error(new Error('no more of the file')) })
    await expect(restore(crypto.randomUUID(), failing)).rejects.toThrow('no more of the file')
    const conn = await stocked(crypto.randomUUID())
    const reader = conn.export().getReader()
    await reader.read()
    await reader.cancel()
    expect(() => conn.export({ since: -1 })).toThrow(expect.objectContaining({ code: 'db/bad-option' }))
    const beyond = conn.export({ since: 99 }).getReader()
    await expect(beyond.read()).rejects.toMatchObject({ code: 'log/unknown-transaction' })
  })
})

describe('destroy', () => {
  it('removes a database for good, once this page has closed it', async () => {
    const name = crypto.randomUUID()
    const conn = await stocked(name)
    await expect(destroy(name)).rejects.toMatchObject({ code: 'client/already-connected' })
    await conn.close()
    await destroy(name)
    expect((await indexedDB.databases()).map((db) => db.name)).not.toContain(`annals/1/${name}`)
    const anew = await shop(name)
    expect(anew.health.getSnapshot()).toEqual([]) // it is not lost: it was to go
    expect(await anew.db().q(stock)).toEqual([])
  })

  it('keeps what no remote has, unless it is to be discarded', async () => {
    const name = crypto.randomUUID()
    const conn = await shop(name, { sync: { url: '/nowhere' } })
    await conn.transact([{ 'inv/sku': 'a' }])
    await conn.close()
    const unsynced = { code: 'client/unsynced', data: { rejected: 0 } }
    await expect(destroy(name)).rejects.toMatchObject(unsynced)
    const backup = new Blob(['{"annals":"backup","version":1,"t":0,"hash":""}\n'])
    await expect(restore(name, backup)).rejects.toMatchObject({ code: 'sync/is-replica' })
    await destroy(name, { discard: true })
    expect((await indexedDB.databases()).map((db) => db.name)).not.toContain(`annals/1/${name}`)
  })
})

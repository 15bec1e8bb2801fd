import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { memory } from '../src/storage/memory.ts'
import { sqlRemote } from '../src/storage/sql/sql-remote.ts'
import { KINDS, type Places } from './support/databases/places.ts'
import { agreed, type Client, client, quiet, SCHEMA, TestServer } from './support/sync-world.ts'

// a machine that does many things at once is no failure
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

for (const { name, start } of KINDS) {
  describe.skipIf(start === undefined)(`excision on ${name}, which two nodes share`, () => {
    let places: Places
    beforeAll(async () => {
      places = await (start as () => Promise<Places>)()
    })
    afterAll(() => places.close())

    it('reaches replicas of both, while both append', async () => {
      const url = await places.fresh()
      const nodes = [0, 1].map(() => new TestServer(sqlRemote({ url })))
      const [here, there] = nodes as [TestServer, TestServer]
      const storage = memory()
      const [admin, other] = [await client(here), await client(there, { storage })]
      await admin.conn.transact(SCHEMA)
      await admin.conn.transact([{ 'inv/sku': 'secret', 'inv/count': 1 }])
      await quiet(admin)
      await other.conn.syncTo(admin.conn.db().basisT)
      const writes = Array.from({ length: 30 }, (_, i) => {
        const { conn } = (i % 2 ? admin : other) as Client
        return conn.transact([{ 'inv/sku': `S${i}`, 'inv/count': i }]).then(({ settled }) => settled)
      })
      const { t, removed } = await admin.conn.excise(['inv/sku', 'secret'])
      expect(removed).toBe(2)
      expect((await Promise.all(writes)).map(({ status }) => status)).toEqual(writes.map(() => 'confirmed'))
      await other.conn.syncTo(t)
      const fresh = await client(there)
      for (const c of [admin, other, fresh]) await quiet(c)
      await agreed(admin, other)
      await agreed(admin, fresh)
      for (const { conn } of [admin, other, fresh]) {
        const past = await conn.db().history().datoms('eavt')
        expect(past.some(({ v }) => v === 'secret')).toBe(false)
        expect(await conn.db().q('[:find (count ?e) . :where [?e :inv/sku]]')).toBe(30)
      }
      const store = await sqlRemote({ url }).open('inventory')
      const rows = await store.readLog(1)
      expect([rows.some(({ body }) => Buffer.from(body).includes('secret')), await store.excisions(0)]).toEqual([
        false,
        [t],
      ])
      await store.close()
      for (const { conn } of [admin, other, fresh]) await conn.close()
      for (const node of nodes) await node.handler.close()
    })
  })
}

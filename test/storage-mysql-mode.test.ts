import { createConnection } from 'mysql2/promise'
import { expect, it, vi } from 'vitest'
import { sqlRemote } from '../src/storage/sql/sql-remote.ts'
import { startMariadb } from './support/databases/mariadb.ts'

// a machine that does many things at once is no failure
vi.setConfig({ testTimeout: 120_000 })

it.skipIf(startMariadb === undefined)('texts stay what they are on a server without backslash escapes', async () => {
  const server = await (startMariadb as NonNullable<typeof startMariadb>)()
  try {
    const admin = await createConnection(server.url)
    await admin.query("set global sql_mode = concat(@@sql_mode, ',NO_BACKSLASH_ESCAPES')")
    await admin.end()
    const storage = sqlRemote({ url: server.url })
    const store = await storage.open('shop')
    const principal = "a\\' or 1 = 1 -- \\"
    const row = {
      replica: crypto.randomUUID(),
      epoch: 1,
      nonce: crypto.randomUUID(),
      lastSeq: 0,
      lastTxid: '',
      principal,
    }
    const { t, nextId } = await store.head()
    expect(await store.commit({ replicas: [row], expect: { t, nextId } })).toBe('committed')
    expect((await store.replicas([row.replica])).get(row.replica)).toEqual(row)
    await storage.close()
  } finally {
    await server.stop()
  }
})

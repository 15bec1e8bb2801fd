import { createConnection } from 'mysql2/promise'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { open } from '../src/engine/open.ts'
import type { LocalStorage } from '../src/storage/port.ts'
import { sqlLocal } from '../src/storage/sql/sql-local.ts'
import { sqlRemote } from '../src/storage/sql/sql-remote.ts'
import { localStorageSuite } from './conformance/local-storage.ts'
import { remoteStorageSuite } from './conformance/remote-storage.ts'
import { logRow } from './conformance/rows.ts'
import { KINDS, type Places } from './support/databases/places.ts'

// a machine that does many things at once is no failure
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

/** Locks the row of a database, as a long commit of another process does. Returns the way to let go of it. */
async function hold(url: string, name: string): Promise<() => Promise<void>> {
  if (url.startsWith('postgres')) {
    const client = new Client(url)
    await client.connect()
    await client.query('begin')
    await client.query('select 1 from annals_local where db = $1 for update', [name])
    return () => client.end()
  }
  const connection = await createConnection(url)
  await connection.beginTransaction()
  await connection.query('select 1 from annals_local where db = ? for update', [name])
  return () => connection.end()
}

describe.each(KINDS)('$name', ({ name, start }) => {
  describe.skipIf(start === undefined)('as it is installed here', () => {
    let places: Places
    let url: string
    let here: LocalStorage & { close(): Promise<void> }
    let there: LocalStorage & { close(): Promise<void> }
    beforeAll(async () => {
      places = await (start as () => Promise<Places>)()
      url = await places.fresh()
      here = sqlLocal({ url })
      there = sqlLocal({ url })
    })
    afterAll(async () => {
      await here?.close()
      await there?.close()
      await places?.close()
    })

    localStorageSuite(name, () => here)

    it('tells of commits and ends of other processes', async () => {
      const [one, two] = [await here.open('both'), await there.open('both')]
      const heard = vi.fn()
      two.watch(heard)
      await one.commit({ expect: { t: 0 }, log: [logRow(1)] })
      await vi.waitFor(() => expect(heard).toHaveBeenCalled(), { timeout: 5000 })
      expect(await two.readLog(1)).toEqual([logRow(1)])
      heard.mockClear()
      await here.destroy('both')
      await vi.waitFor(() => expect(heard).toHaveBeenCalled(), { timeout: 5000 })
      await expect(two.read()).rejects.toMatchObject({ code: 'storage/closed', data: { reason: 'destroyed' } })
    })

    it('tells who has it open of what an opening in the same process finds', async () => {
      const [one, two] = [await here.open('opened'), await there.open('opened')]
      const heard = vi.fn()
      one.watch(heard)
      for (let t = 0; t < 3; t++) {
        await new Promise((resolve) => setTimeout(resolve, 50)) // the first look
        heard.mockClear()
        await two.commit({ expect: { t }, log: [logRow(t + 1)] })
        await here.open('opened')
        await vi.waitFor(() => expect(heard).toHaveBeenCalled(), { timeout: 5000 })
      }
    })

    it('never takes one database for another whose name ends in a space', async () => {
      const one = await here.open('space')
      await one.commit({ expect: { t: 0 }, log: [logRow(1)] })
      const other = here.open('space ')
      // to a server that cannot tell them apart there is no such database, and there can be none
      if (name === 'MariaDB') await expect(other).rejects.toMatchObject({ code: 'storage/failed' })
      else expect(await (await other).readLog(1)).toEqual([])
      await here.destroy('space ')
      expect(await one.readLog(1)).toEqual([logRow(1)])
    })

    // in SQLite one waits for the other: the file has one lock
    if (name !== 'SQLite') {
      it('keeps nobody waiting for what is written to another database', async () => {
        const [, other] = [await here.open('held'), await here.open('free')]
        const release = await hold(url, 'held')
        expect(await other.commit({ expect: { t: 0 }, log: [logRow(1)] })).toBe('committed')
        await other.beginIndexing()
        await here.open('made meanwhile')
        await release()
      })
    }

    it('hears what another process did before its own commit', async () => {
      const [one, two] = [await here.open('turns'), await there.open('turns')]
      const heard = vi.fn()
      two.watch(heard)
      await one.commit({ expect: { t: 0 }, log: [logRow(1)] })
      await two.commit({ expect: {}, meta: new Map([['a', 1]]) })
      await vi.waitFor(() => expect(heard).toHaveBeenCalled(), { timeout: 5000 })
    })

    it('holds a database that the engine writes, reads and opens again', async () => {
      const schema = { 'inv/sku': { type: 'string', unique: 'identity' }, 'inv/count': { type: 'long' } } as const
      const conn = await open('shop', { storage: here, schema })
      const counts = Array.from({ length: 50 }, (_, i) => conn.transact([{ 'inv/sku': `S${i}`, 'inv/count': i }]))
      const slip = await counts.at(-1)
      await Promise.all(counts)
      await conn.undo(slip?.id as string)
      await conn.close()
      const again = await open('shop', { storage: there, schema })
      expect(await again.db().q('[:find (sum ?n) . :with ?e :where [?e :inv/count ?n]]')).toBe(1225 - 49)
      await again.close()
    })

    remoteStorageSuite(name, async () => {
      const url = await places.fresh()
      return { here: sqlRemote({ url }), there: sqlRemote({ url }) }
    })
  })
})

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

describe.each(KINDS)('$name', ({ name, start }) => {
  describe.skipIf(start === undefined)('as it is installed here', () => {
    let places: Places
    let here: LocalStorage & { close(): Promise<void> }
    let there: LocalStorage & { close(): Promise<void> }
    beforeAll(async () => {
      places = await (start as () => Promise<Places>)()
      const url = await places.fresh()
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

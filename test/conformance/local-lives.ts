import { describe, expect, it, vi } from 'vitest'
import type { LocalStorage } from '../../src/storage/port.ts'
import { storeBeforeEach } from './local-store.ts'
import { logRow, queueRow, range, rejectedRow } from './rows.ts'

/** Opening, watching, closing and destroying. */
export function localLivesSuite(makeStorage: () => LocalStorage): void {
  const at = storeBeforeEach(makeStorage)
  const { append, commit, open } = at

  describe('a new database', () => {
    it('is empty', async () => {
      expect(await at.store.read()).toEqual({
        heads: { confirmed: { t: 0, hash: '' }, queue: { seq: 0, txid: '' }, claim: 0 },
        queue: [],
        done: 0,
        rejected: [],
        meta: new Map(),
      })
      expect(await at.store.readLog(1)).toEqual([])
      expect(await at.store.readLog(7, 3)).toEqual([])
    })

    it('shares nothing with one of another name', async () => {
      const other = await at.storage.open(`${at.place} 2`)
      await append(1, 2)
      expect(await other.readLog(1)).toEqual([])
      await other.close()
      await at.storage.destroy(`${at.place} 2`)
      expect(await at.store.readLog(1)).toHaveLength(2)
    })
  })

  describe('opening again', () => {
    it('finds everything', async () => {
      await commit({
        expect: { t: 0, seq: 0, claim: 0 },
        log: range(1, 3, logRow),
        enqueue: range(1, 3, (seq) => queueRow(seq)),
        dequeueTo: 1,
        reject: [rejectedRow(1)],
        meta: new Map([['a', 1]]),
        claim: 1,
      })
      const before = await at.store.read()
      await at.store.close()
      at.store = await at.storage.open(at.place)
      expect(await at.store.read()).toEqual(before)
      expect(await at.store.readLog(1)).toEqual(range(1, 3, logRow))
      expect(await append(4, 4)).toBe('committed')
    })

    it('after destroy finds nothing', async () => {
      await append(1, 2)
      await at.store.close()
      await at.storage.destroy(at.place)
      at.store = await at.storage.open(at.place)
      expect((await at.store.read()).heads.confirmed.t).toBe(0)
      expect(await at.store.readLog(1)).toEqual([])
    })
  })

  describe('watch', () => {
    it('tells of other stores’ commits', async () => {
      const second = await open()
      const heard = vi.fn()
      second.watch(heard)
      await append(1, 1)
      await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1))
      expect(await second.readLog(1)).toHaveLength(1)
      await commit({ expect: {}, meta: new Map([['a', 1]]) })
      await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(2))
      expect((await second.read()).meta.get('a')).toBe(1)
    })

    it('stops when told to, and when its store closes', async () => {
      const second = await open()
      const third = await open()
      const stopped = vi.fn()
      const closed = vi.fn()
      const alive = vi.fn()
      second.watch(stopped)()
      third.watch(closed)
      second.watch(alive)
      await third.close()
      await append(1, 1)
      await vi.waitFor(() => expect(alive).toHaveBeenCalled())
      await settle()
      expect(stopped).not.toHaveBeenCalled()
      expect(closed).not.toHaveBeenCalled()
    })

    it('says nothing about lost commits and bare comparisons', async () => {
      const second = await open()
      const heard = vi.fn()
      second.watch(heard)
      await append(2, 2)
      await commit({ expect: { t: 0 } })
      await settle()
      expect(heard).not.toHaveBeenCalled()
    })

    it('counts one listener given twice as two', async () => {
      const second = await open()
      const heard = vi.fn()
      const stop = second.watch(heard)
      second.watch(heard)
      stop()
      stop()
      await append(1, 1)
      await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1))
    })
  })

  describe('a closed store', () => {
    const closed = { code: 'storage/closed', data: { reason: 'closed' } }

    it('refuses every call', async () => {
      await at.store.close()
      await at.store.close()
      await expect(at.store.read()).rejects.toMatchObject(closed)
      await expect(at.store.readLog(1)).rejects.toMatchObject(closed)
      await expect(append(1, 1)).rejects.toMatchObject(closed)
      expect(() => at.store.watch(() => {})).toThrow(expect.objectContaining({ code: 'storage/closed' }))
    })

    it('finishes what it has begun', async () => {
      const second = await open()
      const committed = append(1, 1)
      await at.store.close()
      expect(await committed).toBe('committed')
      expect(await second.readLog(1)).toHaveLength(1)
    })

    it('leaves others of the name open', async () => {
      const second = await open()
      await at.store.close()
      expect(await second.commit({ expect: { t: 0 }, log: [logRow(1)] })).toBe('committed')
    })
  })

  describe('destroy', () => {
    it('of what is not there does nothing', async () => {
      await at.storage.destroy(`${at.place} never made`)
    })

    it('ends the stores that are open, for good', async () => {
      await append(1, 2)
      await at.storage.destroy(at.place)
      const destroyed = { code: 'storage/closed', data: { reason: 'destroyed' } }
      await expect(append(3, 3)).rejects.toMatchObject(destroyed)
      await expect(at.store.read()).rejects.toMatchObject(destroyed)
      const anew = await open()
      expect(await anew.commit({ expect: { t: 0 }, log: [logRow(1)] })).toBe('committed')
      await expect(at.store.readLog(1)).rejects.toMatchObject(destroyed)
      await expect(append(2, 2)).rejects.toMatchObject(destroyed)
      expect(await anew.readLog(1)).toHaveLength(1)
      await anew.close()
    })
  })
}

/** Long enough for what was under way to arrive. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

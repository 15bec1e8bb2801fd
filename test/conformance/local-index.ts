import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { IndexCommit, LocalStorage, LocalStore } from '../../src/storage/port.ts'
import { storeBeforeEach } from './local-store.ts'
import { body, indexRoot, logRow, range, segments, textOf } from './rows.ts'

/** Segments, the root, and the fence around whoever writes them. */
export function localIndexSuite(makeStorage: () => LocalStorage): void {
  const at = storeBeforeEach(makeStorage)
  const { append, open } = at

  /** Everything of the index that can be read. */
  async function index(store = at.store) {
    const ids = await store.segmentIds()
    const read = await store.readSegments(ids)
    return { root: await store.readRoot(), segments: new Map(ids.map((id, i) => [id, read[i]])) }
  }

  describe('an index', () => {
    it('is not there at first', async () => {
      expect(await index()).toEqual({ root: undefined, segments: new Map() })
      expect((await at.store.read()).root).toBeUndefined()
      expect(await at.store.readSegments([1, 2])).toEqual([undefined, undefined])
      expect(await at.store.beginIndexing()).toEqual({ head: { epoch: 1, nextId: 1 }, root: undefined })
    })

    it('is read in whatever order it is asked for', async () => {
      const { head } = await at.store.beginIndexing()
      expect(await at.store.commitIndex(head.epoch, { write: segments(1, 2, 3, 10) })).toBe('committed')
      const read = await at.store.readSegments([10, 1, 7, 3, 1])
      expect(read).toEqual([body(10), body(1), undefined, body(3), body(1)])
      expect(await at.store.readSegments([])).toEqual([])
      expect(await at.store.segmentIds()).toEqual([1, 2, 3, 10])
    })

    it('has ids that go on after the greatest ever written', async () => {
      const { head } = await at.store.beginIndexing()
      await at.store.commitIndex(head.epoch, { write: segments(9, 4) })
      await at.store.commitIndex(head.epoch, { remove: [9] })
      expect((await at.store.beginIndexing()).head).toEqual({ epoch: 2, nextId: 10 })
    })

    it('has one root, which `read` shows too', async () => {
      await append(1, 3)
      const { head } = await at.store.beginIndexing()
      await at.store.commitIndex(head.epoch, { write: segments(1), root: indexRoot(2) })
      expect(await at.store.readRoot()).toEqual(indexRoot(2))
      expect((await at.store.read()).root).toEqual(indexRoot(2))
      await at.store.commitIndex(head.epoch, { root: indexRoot(3, 99), remove: [1] })
      expect((await at.store.read()).root).toEqual(indexRoot(3, 99))
      expect(await at.store.beginIndexing()).toMatchObject({ root: indexRoot(3, 99) })
    })

    it('lets go of segments, also of those that are gone', async () => {
      const { head } = await at.store.beginIndexing()
      await at.store.commitIndex(head.epoch, { write: segments(1, 2, 3) })
      for (let twice = 0; twice < 2; twice++) {
        expect(await at.store.commitIndex(head.epoch, { remove: [1, 3] })).toBe('committed')
        expect(await at.store.readSegments([1, 2, 3])).toEqual([undefined, body(2), undefined])
      }
    })

    it('is written, swapped and cleared in one step', async () => {
      await append(1, 1)
      const { head } = await at.store.beginIndexing()
      await at.store.commitIndex(head.epoch, { write: segments(1, 2) })
      const change = { write: segments(3), root: indexRoot(1), remove: [1], durability: 'relaxed' } as const
      expect(await at.store.commitIndex(head.epoch, change)).toBe('committed')
      const kept = new Map([2, 3].map((id) => [id, body(id)]))
      expect(await index()).toEqual({ root: indexRoot(1), segments: kept })
    })

    it('has its root read with the state only where that reaches beyond what is known', async () => {
      const rootBeyond = async (t?: number) => (await at.store.read(t)).root
      expect(await rootBeyond(0)).toBeUndefined()
      await append(1, 4)
      const { head } = await at.store.beginIndexing()
      await at.store.commitIndex(head.epoch, { root: indexRoot(3) })
      expect(await Promise.all([undefined, 0, 2].map(rootBeyond))).toEqual([indexRoot(3), indexRoot(3), indexRoot(3)])
      expect(await Promise.all([3, 4, Number.MAX_SAFE_INTEGER].map(rootBeyond))).toEqual([
        undefined,
        undefined,
        undefined,
      ])
    })

    it('gives bytes back as they were, and as nobody else’s', async () => {
      await append(1, 1)
      const { head } = await at.store.beginIndexing()
      const bytes = body(1)
      const root = indexRoot(1)
      const committed = at.store.commitIndex(head.epoch, { write: new Map([[1, bytes]]), root })
      bytes.fill(9)
      root.body.fill(9)
      await committed
      const read = async () => [(await at.store.readSegments([1]))[0], (await at.store.readRoot())?.body]
      for (const found of await read()) {
        expect(found).toEqual(body(1))
        expect(found).toBeInstanceOf(Uint8Array)
        expect(found?.buffer.byteLength).toBe(4)
        found?.fill(8)
      }
      expect(await read()).toEqual([body(1), body(1)])
    })

    it('keeps empty and large segments, many at once', async () => {
      const large = new Uint8Array(300_000).map((_, i) => i * 31)
      const write = new Map([[1, new Uint8Array(0)], [2, large], ...range(3, 300, (id) => [id, body(id)] as const)])
      const { head } = await at.store.beginIndexing()
      await at.store.commitIndex(head.epoch, { write })
      const stored = await at.store.readSegments([...write.keys()])
      expect(stored.every((bytes) => bytes instanceof Uint8Array)).toBe(true)
      expect(stored.map(textOf)).toEqual([...write.values()].map(textOf))
    })

    it('is there again after opening again, and gone after destroying', async () => {
      await append(1, 1)
      const { head } = await at.store.beginIndexing()
      await at.store.commitIndex(head.epoch, { write: segments(1, 2), root: indexRoot(1) })
      const before = await index()
      await at.store.close()
      at.store = await at.storage.open(at.place)
      expect(await index()).toEqual(before)
      expect(await at.store.commitIndex(head.epoch, { remove: [1] })).toBe('committed')
      await at.store.close()
      await at.storage.destroy(at.place)
      at.store = await at.storage.open(at.place)
      expect(await index()).toEqual({ root: undefined, segments: new Map() })
      expect((await at.store.beginIndexing()).head).toEqual({ epoch: 1, nextId: 1 })
    })

    it('does not disturb the log, nor the log it', async () => {
      const { head } = await at.store.beginIndexing()
      const steps = range(1, 20, (n) => at.store.commitIndex(head.epoch, { write: segments(n) }))
      for (let t = 1; t <= 20; t++) expect(await append(t, t)).toBe('committed')
      expect(new Set(await Promise.all(steps))).toEqual(new Set(['committed']))
      expect(await at.store.segmentIds()).toEqual(range(1, 20, (n) => n))
      expect(await at.store.readLog(1)).toEqual(range(1, 20, logRow))
    })
  })

  describe('a contradiction', () => {
    let epoch: number
    beforeEach(async () => {
      await append(1, 5)
      epoch = (await at.store.beginIndexing()).head.epoch
      await at.store.commitIndex(epoch, { write: segments(1, 2, 3), root: indexRoot(3) })
    })

    it.each<[string, IndexCommit]>([
      ['an id that was written', { write: segments(4, 3) }],
      ['an id that was written and removed', { write: segments(1), remove: [1] }],
      ['an id that is no whole number', { write: segments(4.5) }],
      ['the removal of what was never written', { remove: [2, 4] }],
      ['the removal of what it writes', { write: segments(4), remove: [4] }],
      ['a root beyond the log', { root: indexRoot(6), write: segments(4) }],
      ['a root beyond the log, made anew', { root: indexRoot(6), rebuild: true, write: segments(4) }],
      ['a root that goes back', { root: indexRoot(2), write: segments(4) }],
    ])('is %s: an assertion, and nothing is changed', async (_, change) => {
      const before = await index()
      await expect(at.store.commitIndex(epoch, change)).rejects.toMatchObject({ code: 'internal/assertion' })
      expect(await index()).toEqual(before)
      expect((await at.store.beginIndexing()).head.nextId).toBe(4)
    })

    it('is no root that goes back when it is made anew', async () => {
      expect(await at.store.commitIndex(epoch, { root: indexRoot(1), rebuild: true })).toBe('committed')
      expect(await at.store.readRoot()).toEqual(indexRoot(1))
    })

    it('is no root of a log that another store has written', async () => {
      const second = await open()
      await append(6, 9)
      expect(await second.commitIndex(epoch, { root: indexRoot(9) })).toBe('committed')
    })
  })

  describe('the right to index', () => {
    const everything: IndexCommit = { write: segments(50), root: indexRoot(1, 50), remove: [1] }
    let second: LocalStore
    beforeEach(async () => {
      second = await open()
      await append(1, 1)
    })

    it('goes to whoever began last; steps of the one before are lost and change nothing', async () => {
      const first = (await at.store.beginIndexing()).head.epoch
      await at.store.commitIndex(first, { write: segments(1) })
      const { head } = await second.beginIndexing()
      expect(head).toEqual({ epoch: first + 1, nextId: 2 })
      const before = await index()
      for (const change of [everything, {}, { write: segments(2) }, { remove: [1] }, { root: indexRoot(1) }]) {
        expect(await at.store.commitIndex(first, change)).toBe('lost')
      }
      expect(await index()).toEqual(before)
      expect(await second.commitIndex(head.epoch, everything)).toBe('committed')
    })

    it('may come back', async () => {
      await at.store.beginIndexing()
      await second.beginIndexing()
      const { head } = await at.store.beginIndexing()
      expect(await at.store.commitIndex(head.epoch, { write: segments(1) })).toBe('committed')
    })

    it('is given once to each of many that ask at once', async () => {
      const begun = await Promise.all(range(0, 7, (i) => (i % 2 ? second : at.store).beginIndexing()))
      const epochs = begun.map(({ head }) => head.epoch)
      expect(epochs.toSorted((a, b) => a - b)).toEqual(range(1, 8, (n) => n))
      const outcomes = await Promise.all(epochs.map((epoch) => at.store.commitIndex(epoch, { write: segments(1) })))
      expect(outcomes).toEqual(epochs.map((epoch) => (epoch === 8 ? 'committed' : 'lost')))
    })

    it('is not lost to those who only read or commit', async () => {
      const { head } = await at.store.beginIndexing()
      await second.read()
      await second.readRoot()
      await second.commit({ expect: { t: 1 }, log: [logRow(2)] })
      expect(await at.store.commitIndex(head.epoch, {})).toBe('committed')
    })
  })

  it('a root is told to other stores, a segment is not', async () => {
    const second = await open()
    const heard = vi.fn()
    const own = vi.fn()
    second.watch(heard)
    at.store.watch(own)
    await append(1, 1)
    await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1))
    heard.mockClear()
    const { head } = await at.store.beginIndexing()
    await at.store.commitIndex(head.epoch, { write: segments(1) })
    await at.store.commitIndex(head.epoch, { remove: [1] })
    await at.store.commitIndex(head.epoch, { root: indexRoot(1) })
    await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1))
    expect(await second.readRoot()).toEqual(indexRoot(1))
    expect(heard).toHaveBeenCalledTimes(1)
    expect(own).not.toHaveBeenCalled()
  })

  it('a reader finds gone what another removes', async () => {
    const { head } = await at.store.beginIndexing()
    await at.store.commitIndex(head.epoch, { write: segments(1, 2) })
    const second = await open()
    expect(await second.readSegments([1, 2])).toEqual([body(1), body(2)])
    await at.store.commitIndex(head.epoch, { remove: [1] })
    expect(await second.readSegments([1, 2])).toEqual([undefined, body(2)])
  })

  it.each([
    ['closed', async () => at.store.close()],
    ['destroyed', async () => at.storage.destroy(at.place)],
  ] as const)('a store that was %s refuses every call', async (reason, end) => {
    await end()
    const ended = { code: 'storage/closed', data: { reason } }
    await expect(at.store.readRoot()).rejects.toMatchObject(ended)
    await expect(at.store.readSegments([1])).rejects.toMatchObject(ended)
    await expect(at.store.segmentIds()).rejects.toMatchObject(ended)
    await expect(at.store.beginIndexing()).rejects.toMatchObject(ended)
    await expect(at.store.commitIndex(1, {})).rejects.toMatchObject(ended)
  })
}

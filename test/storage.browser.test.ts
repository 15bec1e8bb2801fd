import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { cdp } from 'vitest/browser'
import { indexedDB as storageOver } from '../src/storage/indexeddb/indexeddb.ts'
import type { LocalStorage, LocalStore } from '../src/storage/port.ts'
import { indexRoot, logRow, queueRow, range, rejectedRow, segments } from './conformance/rows.ts'
import { onDisk, requested, tamper } from './support/raw-database.ts'

describe('IndexedDB as it fails', () => {
  let serial = 0
  let name: string
  /** Raw handles that the storage got, in order. */
  let handles: IDBDatabase[]
  let storage: LocalStorage
  let store: LocalStore
  /** To be closed after the test, or the database cannot go. */
  let others: { close(): unknown }[]

  const factory = {
    open(database: string, version?: number): IDBOpenDBRequest {
      const request = indexedDB.open(database, version)
      request.addEventListener('success', () => handles.push(request.result))
      return request
    },
    deleteDatabase: (database: string) => indexedDB.deleteDatabase(database),
  } as IDBFactory

  const append = (from: number, to: number) =>
    store.commit({ expect: { t: from - 1 }, log: range(from, to, logRow), meta: new Map([[`at ${to}`, to]]) })

  beforeEach(async () => {
    name = `failing ${Date.now()} ${serial++}`
    handles = []
    others = []
    storage = storageOver({ factory })
    store = await storage.open(name)
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    for (const other of [store, ...others]) await other.close()
    await storage.destroy(name)
  })

  /** A connection that another program might hold, deaf to everything. */
  async function holdRaw(version?: number): Promise<IDBDatabase> {
    const db = await requested(indexedDB.open(onDisk(name), version))
    others.push(db)
    return db
  }

  async function expectOnlyRow1(): Promise<void> {
    const state = await store.read()
    expect(state.heads).toEqual({ confirmed: { t: 1, hash: 'hash-1' }, queue: { seq: 0, txid: '' }, claim: 0 })
    expect([state.queue, state.rejected, [...state.meta.keys()]]).toEqual([[], [], ['at 1']])
    expect(await store.readLog(1)).toEqual([logRow(1)])
  }

  it('tells others of what was written last, though it is closed at once', async () => {
    const other = await storage.open(name)
    others.push(other)
    const heard = vi.fn()
    other.watch(heard)
    await append(1, 1)
    await store.close()
    await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1))
  })

  describe('a lost handle', () => {
    it('that the browser closed is opened again, with everything there', async () => {
      await append(1, 1)
      const heard = vi.fn()
      store.watch(heard)
      handles[0]?.close()
      handles[0]?.dispatchEvent(new Event('close'))
      expect(await append(2, 2)).toBe('committed')
      expect(await store.readLog(1)).toEqual(range(1, 2, logRow))
      expect(handles).toHaveLength(2)
      // What other tabs said in the meantime was said to nobody.
      await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1))
    })

    it('that closed without a word is opened again once', async () => {
      await append(1, 1)
      handles[0]?.close()
      const calls = [store.read(), store.readLog(1), append(2, 2)] as const
      expect(await Promise.all(calls)).toEqual([expect.anything(), expect.anything(), 'committed'])
      expect(handles).toHaveLength(2)
    })

    it('that fails every call is replaced, but only once for one call', async () => {
      await append(1, 1)
      const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
      const broken = () => {
        throw new DOMException(
          'Connection to Indexed Database server lost. Refresh the page to try again',
          'UnknownError',
        )
      }
      transaction.mockImplementationOnce(broken)
      await expectOnlyRow1()
      expect(handles).toHaveLength(2)
      transaction.mockImplementation(broken)
      const failed = { code: 'storage/failed', cause: expect.objectContaining({ name: 'UnknownError' }) }
      await expect(store.readLog(1)).rejects.toMatchObject(failed)
      transaction.mockRestore()
      await expectOnlyRow1()
    })

    it('whose database was deleted underneath ends the store and makes no empty one', async () => {
      await append(1, 1)
      await requested(indexedDB.deleteDatabase(onDisk(name)))
      await expect(append(2, 2)).rejects.toMatchObject({ code: 'storage/closed', data: { reason: 'destroyed' } })
      expect((await indexedDB.databases()).map((database) => database.name)).not.toContain(onDisk(name))
    })

    it('whose database is another one now ends the store', async () => {
      await append(1, 1)
      await requested(indexedDB.deleteDatabase(onDisk(name)))
      const other = await storage.open(name)
      others.push(other)
      await expect(store.readLog(1)).rejects.toMatchObject({ code: 'storage/closed', data: { reason: 'destroyed' } })
      expect((await other.read()).heads.confirmed.t).toBe(0)
    })

    it('to cleared site data ends the store; opening makes a new one', async () => {
      await append(1, 1)
      const closed = new Promise((resolve) => handles[0]?.addEventListener('close', resolve))
      await cdp().send('Storage.clearDataForOrigin', { origin: location.origin, storageTypes: 'indexeddb' })
      await closed
      await expect(store.read()).rejects.toMatchObject({ code: 'storage/closed', data: { reason: 'destroyed' } })
      store = await storage.open(name)
      expect(await append(1, 1)).toBe('committed')
    })
  })

  describe('others that hold the database', () => {
    it('block its removal, which happens when they let go', async () => {
      const hasty = storageOver({ patience: 300 })
      const held = await holdRaw()
      await expect(hasty.destroy(name)).rejects.toMatchObject({ code: 'storage/blocked' })
      // An open waits behind the removal, without an event; its handle must not come back later and block others.
      await expect(hasty.open(name)).rejects.toMatchObject({ code: 'storage/blocked' })
      held.close()
      store = await storage.open(name)
      expect((await store.read()).heads.confirmed.t).toBe(0)
      await storage.destroy(name)
    })

    it('do not, when they are stores: those let go', async () => {
      const other = await storageOver().open(name)
      await storage.destroy(name)
      await expect(other.read()).rejects.toMatchObject({ code: 'storage/closed' })
    })

    it('are not kept from changing it to a newer version, which is then refused and left alone', async () => {
      await append(1, 1)
      const newer = await holdRaw(99)
      await expect(append(2, 2)).rejects.toMatchObject({ code: 'storage/newer-format' })
      await expect(storage.open(name)).rejects.toMatchObject({ code: 'storage/newer-format' })
      expect(await requested(newer.transaction('log').objectStore('log').count())).toBe(1)
    })
  })

  describe('an abort', () => {
    const change = {
      expect: { t: 1, seq: 0 },
      log: [logRow(2)],
      enqueue: [queueRow(1)],
      reject: [rejectedRow(1)],
      meta: new Map([['more', 1]]),
    }

    beforeEach(async () => {
      await append(1, 1)
    })

    /** Something happens to the transaction right after the last write was asked for. */
    function atCommit(happens: (tx: IDBTransaction) => void): void {
      vi.spyOn(IDBTransaction.prototype, 'commit').mockImplementationOnce(function (this: IDBTransaction) {
        happens(this)
      })
    }

    it('without a reason undoes everything', async () => {
      atCommit((tx) => tx.abort())
      await expect(store.commit(change)).rejects.toMatchObject({
        code: 'storage/failed',
        cause: expect.objectContaining({ name: 'AbortError' }),
      })
      await expectOnlyRow1()
      expect(await store.commit(change)).toBe('committed')
    })

    it('after all requests succeeded undoes everything', async () => {
      atCommit((tx) => {
        const last = tx.objectStore('meta').count()
        last.onsuccess = () => tx.abort()
      })
      await expect(store.commit(change)).rejects.toMatchObject({ code: 'storage/failed' })
      await expectOnlyRow1()
    })

    it('by a request that failed undoes everything and tells why', async () => {
      atCommit((tx) => tx.objectStore('log').add([], 2))
      await expect(store.commit(change)).rejects.toMatchObject({
        code: 'storage/corrupt',
        cause: expect.objectContaining({ name: 'ConstraintError' }),
      })
      await expectOnlyRow1()
    })

    it('by a write that throws undoes everything', async () => {
      vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementationOnce(() => {
        throw new DOMException('no', 'DataCloneError')
      })
      await expect(store.commit(change)).rejects.toMatchObject({ code: 'storage/failed' })
      await expectOnlyRow1()
    })

    it('before anything was written is tried again on a new handle', async () => {
      const { getAll } = IDBObjectStore.prototype
      vi.spyOn(IDBObjectStore.prototype, 'getAll').mockImplementationOnce(function (this: IDBObjectStore, ...args) {
        const request = getAll.apply(this, args)
        this.transaction.abort()
        return request
      })
      expect(await store.commit(change)).toBe('committed')
      expect(handles).toHaveLength(2)
    })
  })

  it('a full disk is told as such, undoes everything and heals', async () => {
    const { origin } = location
    const quota = (quotaSize?: number) =>
      cdp().send('Storage.overrideQuotaForOrigin', { origin, ...(quotaSize !== undefined && { quotaSize }) })
    onTestFinished(async () => {
      await quota()
    })
    await quota(2_000_000)
    // Chromium remembers for a while how much room an origin has; this makes it look anew.
    await cdp().send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' })
    store = await storage.open(name)
    await append(1, 1)
    const noise = crypto.getRandomValues(new Uint8Array(65_536))
    const large = new Uint8Array(4_000_000).map((_, i) => (noise[i % 65_536] ?? 0) + i / 65_536)
    const tooMuch = { expect: { t: 1 }, log: [{ ...logRow(2), body: large }], meta: new Map([['more', 1]]) }
    await expect(store.commit(tooMuch)).rejects.toMatchObject({ code: 'storage/quota-exceeded' })
    await expectOnlyRow1()
    await quota()
    expect(await store.commit(tooMuch)).toBe('committed')
  })

  describe('damage', () => {
    const corrupt = { code: 'storage/corrupt' }

    it('of the log is reported, not skipped', async () => {
      for (const [from, to] of [
        [1, 2],
        [3, 4],
        [5, 6],
      ] as const)
        await append(from, to)
      await tamper(name, 'log', (log) => log.delete(IDBKeyRange.bound(3, 4)))
      await expect(store.readLog(1)).rejects.toMatchObject({ ...corrupt, data: { what: 'log', missing: 3 } })
      await expect(store.readLog(3, 1)).rejects.toMatchObject(corrupt)
      expect(await store.readLog(5)).toEqual(range(5, 6, logRow))
      expect(await store.readLog(1, 2)).toEqual(range(1, 2, logRow))
    })

    it('at the end of the log is seen by who has read the head', async () => {
      for (const [from, to] of [
        [1, 2],
        [3, 4],
      ] as const)
        await append(from, to)
      await tamper(name, 'log', (log) => log.delete(IDBKeyRange.bound(3, 4)))
      const fresh = await storage.open(name)
      others.push(fresh)
      await fresh.read()
      await expect(fresh.readLog(1)).rejects.toMatchObject({ ...corrupt, data: { what: 'log', missing: 3 } })
      await expect(fresh.readLog(3)).rejects.toMatchObject(corrupt)
      expect(await fresh.readLog(1, 2)).toHaveLength(2)
    })

    it('at the end of a log of single rows is seen by who has a root beyond it, or has seen more of it', async () => {
      for (const t of [1, 2, 3]) await store.commit({ expect: { t: t - 1 }, log: [logRow(t)] })
      const { head } = await store.beginIndexing()
      await store.commitIndex(head.epoch, { write: segments(1), root: indexRoot(3) })
      await store.read()
      await tamper(name, 'log', (log) => log.delete(3))
      await expect(store.read()).rejects.toMatchObject({ ...corrupt, data: { what: 'log', missing: 3 } })
      const fresh = await storage.open(name)
      others.push(fresh)
      await expect(fresh.read()).rejects.toMatchObject({ ...corrupt, data: { what: 'log', missing: 3 } })
    })

    it('of the queue is reported', async () => {
      await store.commit({ expect: { seq: 0 }, enqueue: range(1, 2, (seq) => queueRow(seq)) })
      await store.commit({ expect: { seq: 2 }, enqueue: [queueRow(3)] })
      await tamper(name, 'queue', (queue) => queue.delete(2))
      await expect(store.read()).rejects.toMatchObject({ ...corrupt, data: { what: 'queue', missing: 1 } })
    })

    it('of the head is reported, at open too', async () => {
      await tamper(name, 'meta', (meta) => meta.clear())
      await expect(store.read()).rejects.toMatchObject(corrupt)
      await expect(append(1, 1)).rejects.toMatchObject(corrupt)
      await expect(storage.open(name)).rejects.toMatchObject(corrupt)
    })
  })

  it('a group commit is a record, and in the log one for its first row; it goes when all of it has left', async () => {
    const keys = async (of: string) => requested((await holdRaw()).transaction(of).objectStore(of).getAllKeys())
    await append(1, 50)
    await append(51, 51)
    expect(await keys('log')).toEqual([1, 50, 51])
    await store.commit({ expect: { seq: 0 }, enqueue: range(1, 50, (seq) => queueRow(seq)) })
    await store.commit({ expect: { seq: 50 }, enqueue: [queueRow(51)], dequeueTo: 49 })
    expect(await keys('queue')).toEqual([50, 51])
    await store.commit({ expect: {}, dequeueTo: 50 })
    expect(await keys('queue')).toEqual([51])
  })

  it('an append reads nothing, and is one transaction', async () => {
    await append(1, 1)
    const asked: string[] = []
    for (const method of ['get', 'getAll', 'getKey', 'openCursor', 'openKeyCursor', 'add', 'put'] as const) {
      const real = IDBObjectStore.prototype[method] as (...args: unknown[]) => IDBRequest
      vi.spyOn(IDBObjectStore.prototype, method).mockImplementation(function (
        this: IDBObjectStore,
        ...args: unknown[]
      ) {
        asked.push(`${method} ${this.name}`)
        return real.apply(this, args)
      } as never)
    }
    const begun = vi.spyOn(IDBDatabase.prototype, 'transaction')
    const first = append(2, 2)
    expect(asked).toEqual(['add log', 'put meta']) // a named value; the row tells where the log ends
    expect(await first).toBe('committed')
    asked.length = 0
    expect(await append(3, 7)).toBe('committed')
    expect(asked).toEqual(['add log', 'add log', 'put meta', 'put meta'])
    asked.length = 0
    expect(await store.commit({ expect: { t: 7 }, log: [logRow(8)] })).toBe('committed')
    expect(asked).toEqual(['add log'])
    expect(begun).toHaveBeenCalledTimes(3)
  })

  it('the head is that of the last row, however large, alone or not, before and after reopening', async () => {
    const large = { ...logRow(2), body: new Uint8Array(5000) }
    const heads: unknown[] = []
    for (const rows of [[logRow(1)], [large], [logRow(3)], range(4, 6, logRow), [logRow(7)]]) {
      const t = (rows[0]?.t ?? 0) - 1
      expect(await store.commit({ expect: { t }, log: rows })).toBe('committed')
      const other = await storage.open(name)
      heads.push((await other.read()).heads.confirmed)
      expect(await other.commit({ expect: { t }, log: rows })).toBe('lost')
      await other.close()
    }
    expect(heads).toEqual([1, 2, 3, 6, 7].map((t) => ({ t, hash: `hash-${t}` })))
  })

  it('an opening reads no large row to know where the log ends', async () => {
    await append(1, 1)
    await store.commit({ expect: { t: 1 }, log: [{ ...logRow(2), body: new Uint8Array(5000) }] })
    const get = vi.spyOn(IDBObjectStore.prototype, 'get')
    const other = await storage.open(name)
    others.push(other)
    expect((await other.read()).heads.confirmed.t).toBe(2)
    expect(get.mock.contexts.map((of) => (of as IDBObjectStore).name)).not.toContain('log')
  })

  it.each([
    [1, 1],
    [1, 3],
    [3, 1],
    [3, 3],
    [2, 5],
  ])('of two appends to one head, of %i and %i rows, one is lost, at once or later', async (first, second) => {
    const other = await storage.open(name)
    others.push(other)
    const to = (of: LocalStore, t: number, rows: number) =>
      of.commit({ expect: { t }, log: range(t + 1, t + rows, logRow) })
    expect([await to(store, 0, 1), await to(other, 1, 1)]).toEqual(['committed', 'committed'])
    expect(await to(store, 1, 1)).toBe('lost') // both have seen the head at 2 now
    const outcomes = await Promise.all([to(store, 2, first), to(other, 2, second)])
    expect(outcomes.toSorted()).toEqual(['committed', 'lost'])
    const end = 2 + (outcomes[0] === 'committed' ? first : second)
    const behind = outcomes[0] === 'committed' ? other : store
    const ahead = behind === other ? store : other
    expect(await to(ahead, end, 4)).toBe('committed')
    expect(await to(behind, 2, 1)).toBe('lost')
    expect(await to(behind, 2, 6)).toBe('lost')
    expect((await behind.read()).heads.confirmed).toEqual({ t: end + 4, hash: `hash-${end + 4}` })
    expect(await behind.readLog(1)).toEqual(range(1, end + 4, logRow))
  })
})

import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { cdp } from 'vitest/browser'
import { COMMITS_AT_ONCE } from '../src/storage/indexeddb/commits-at-once.ts'
import { indexedDB as storageOver } from '../src/storage/indexeddb/indexeddb.ts'
import type { LocalStore } from '../src/storage/port.ts'
import { body, indexRoot, logRow, segments } from './conformance/rows.ts'
import { onDisk, tamper } from './support/raw-database.ts'

const storage = storageOver()
let serial = 0
let name: string
let store: LocalStore

beforeEach(async () => {
  name = `failures ${Date.now()} ${serial++}`
  store = await storage.open(name)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await store.close()
  await storage.destroy(name)
})

describe('an index that is damaged', () => {
  let epoch: number
  beforeEach(async () => {
    await store.commit({ expect: { t: 0 }, log: [logRow(1)] })
    epoch = (await store.beginIndexing()).head.epoch
    await store.commitIndex(epoch, { write: segments(1, 2, 3), root: indexRoot(1) })
  })

  it('shows what is there of its segments, byte by byte: their codec finds the fault', async () => {
    await tamper(name, 'segments', (found) => {
      found.delete(1)
      found.put(body(2).slice(0, 3), 2)
      found.put(
        body(3).map((byte) => byte ^ 1),
        3,
      )
    })
    expect(await store.readSegments([1, 2, 3])).toEqual([undefined, body(2).slice(0, 3), body(3).map((b) => b ^ 1)])
  })

  it('names the segment that the browser cannot read', async () => {
    const get = IDBObjectStore.prototype.get
    vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementation(function (this: IDBObjectStore, key) {
      const request = get.call(this, key)
      if (this.name === 'segments' && key === 2) unreadable(request)
      return request
    })
    const named = { code: 'storage/corrupt', data: { what: 'segment', segment: 2 } }
    await expect(store.readSegments([1, 2, 3])).rejects.toMatchObject(named)
    expect(await store.readSegments([1, 3])).toEqual([body(1), body(3)])
  })

  it('has a root without a body when the browser cannot read it', async () => {
    const get = IDBObjectStore.prototype.get
    vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementation(function (this: IDBObjectStore, key) {
      const request = get.call(this, key)
      if (this.name === 'index' && key === 1) unreadable(request)
      return request
    })
    const lost = { body: new Uint8Array(), t: 1 }
    expect([await store.readRoot(), (await store.read()).root]).toEqual([lost, lost])
    expect(await store.beginIndexing()).toMatchObject({ root: lost })
  })

  it('has a root without a body when it lost its root, until one is made anew', async () => {
    await tamper(name, 'index', (index) => index.delete(1))
    const lost = { body: new Uint8Array(), t: 1 }
    expect([await store.readRoot(), (await store.read()).root]).toEqual([lost, lost])
    const begun = await store.beginIndexing()
    expect(begun).toEqual({ head: { epoch: epoch + 1, nextId: 4 }, root: lost })
    await store.commitIndex(begun.head.epoch, { write: segments(4), root: indexRoot(1), rebuild: true })
    expect(await store.readRoot()).toEqual(indexRoot(1))
  })

  it('that lost everything starts anew beyond the ids and the epochs that were', async () => {
    await tamper(name, 'index', (index) => index.clear())
    expect((await store.read()).root).toEqual({ body: new Uint8Array(), t: 0 })
    expect(await store.commitIndex(epoch, { write: segments(4) })).toBe('lost')
    const { head } = await store.beginIndexing()
    expect(head.nextId).toBe(4)
    expect(head.epoch).toBeGreaterThan(epoch)
    expect(await store.commitIndex(head.epoch, { write: segments(4), root: indexRoot(1), rebuild: true })).toBe(
      'committed',
    )
    expect((await store.beginIndexing()).head).toEqual({ epoch: head.epoch + 1, nextId: 5 })
  })
})

it('a full disk refuses segments, keeps the root and what it names, and heals', async () => {
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
  await store.commit({ expect: { t: 0 }, log: [logRow(1)] })
  const { epoch } = (await store.beginIndexing()).head
  await store.commitIndex(epoch, { write: segments(1), root: indexRoot(1) })
  const noise = crypto.getRandomValues(new Uint8Array(60_000))
  const large = new Map(Array.from({ length: 60 }, (_, i) => [10 + i, noise.map((byte) => byte + i)]))
  const tooMuch = { write: large, root: indexRoot(1, 5), remove: [1] }
  await expect(store.commitIndex(epoch, tooMuch)).rejects.toMatchObject({ code: 'storage/quota-exceeded' })
  expect(await store.segmentIds()).toEqual([1])
  expect(await store.readRoot()).toEqual(indexRoot(1))
  // Room is made by deleting a little at a time.
  expect(await store.commitIndex(epoch, { remove: [1] })).toBe('committed')
  await quota()
  expect(await store.commitIndex(epoch, { ...tooMuch, remove: [] })).toBe('committed')
  expect(await store.segmentIds()).toHaveLength(60)
})

describe('opening', () => {
  /** The next open of the browser's IndexedDB, and as many as there are ways, go wrong like this. */
  function nextOpen(...ways: ((request: IDBOpenDBRequest) => void)[]): void {
    const open = IDBFactory.prototype.open
    const spy = vi.spyOn(IDBFactory.prototype, 'open')
    for (const goesWrong of ways) {
      spy.mockImplementationOnce(function (this: IDBFactory, ...args) {
        const request = open.apply(this, args)
        goesWrong(request)
        return request
      })
    }
  }

  it.each(['UnknownError', 'InvalidStateError', 'AbortError'])(
    'that fails with %s is tried again, once',
    async (error) => {
      const fails = (request: IDBOpenDBRequest): void => failing(request, error)
      await store.commit({ expect: { t: 0 }, log: [logRow(1)] })
      await store.close()
      nextOpen(fails, fails)
      await expect(storage.open(name)).rejects.toMatchObject({ code: 'storage/failed', cause: { name: error } })
      nextOpen(fails)
      store = await storage.open(name)
      expect(await store.readLog(1)).toEqual([logRow(1)])
    },
  )

  it('that throws is told', async () => {
    vi.spyOn(IDBFactory.prototype, 'open').mockImplementationOnce(() => {
      throw new DOMException('The operation is insecure.', 'SecurityError')
    })
    await expect(storage.open(name)).rejects.toMatchObject({ code: 'storage/unavailable' })
  })

  it('that hangs is given up after its patience; whatever comes later blocks nobody', async () => {
    const late: IDBOpenDBRequest[] = []
    nextOpen((request) => late.push(silenced(request)))
    await expect(storageOver({ patience: 100 }).open(name)).rejects.toMatchObject({ code: 'storage/blocked' })
    late[0]?.dispatchEvent(new Event('wakes up'))
    const again = await storage.open(name)
    expect((await again.read()).heads.confirmed.t).toBe(0)
    await again.close()
  })
})

it('a connection that broke fails the append that meets it, and none after it', async () => {
  await store.commit({ expect: { t: 0 }, log: [logRow(1)] })
  const add = IDBObjectStore.prototype.add
  let broken: IDBDatabase | undefined
  vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(function (this: IDBObjectStore, value, key) {
    const request = add.call(this, value, key)
    const { transaction } = this
    broken ??= transaction.db
    if (transaction.db === broken) {
      Object.defineProperty(transaction, 'commit', { value: () => transaction.abort() })
      Object.defineProperty(transaction, 'error', { value: new DOMException('Connection lost', 'UnknownError') })
      if (!COMMITS_AT_ONCE) queueMicrotask(() => transaction.abort())
    }
    return request
  })
  const failed = { code: 'storage/failed', cause: { name: 'UnknownError' } }
  await expect(store.commit({ expect: { t: 1 }, log: [logRow(2)] })).rejects.toMatchObject(failed)
  expect(await store.commit({ expect: { t: 1 }, log: [logRow(2)] })).toBe('committed')
  expect(await store.readLog(1)).toEqual([logRow(1), logRow(2)])
})

it('work that hears no more of its requests, because the connection was closed, is done on another one', async () => {
  await store.commit({ expect: { t: 0 }, log: [logRow(1)] })
  const epoch = (await store.beginIndexing()).head.epoch
  await store.commitIndex(epoch, { write: segments(1), root: indexRoot(1) })
  const get = IDBObjectStore.prototype.get
  vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementationOnce(function (this: IDBObjectStore, key) {
    const request = get.call(this, key)
    request.addEventListener('success', (event) => {
      event.stopImmediatePropagation()
      this.transaction.db.close()
      this.transaction.db.dispatchEvent(new Event('close'))
    })
    return request
  })
  expect(await store.readRoot()).toEqual(indexRoot(1))
})

describe('cleared site data', () => {
  it('ends every tab’s store; the first that opens again makes a new database for all', async () => {
    const second = await storageOver().open(name)
    await store.commit({ expect: { t: 0 }, log: [logRow(1)] })
    await cdp().send('Storage.clearDataForOrigin', { origin: location.origin, storageTypes: 'indexeddb' })
    const destroyed = { code: 'storage/closed', data: { reason: 'destroyed' } }
    await expect(second.commit({ expect: { t: 1 }, log: [logRow(2)] })).rejects.toMatchObject(destroyed)
    const anew = await storage.open(name)
    await expect(store.commitIndex(1, {})).rejects.toMatchObject(destroyed)
    expect((await indexedDB.databases()).filter((database) => database.name === onDisk(name))).toHaveLength(1)
    await second.close()
    await store.close()
    store = anew
    expect(await store.commit({ expect: { t: 0 }, log: [logRow(1)] })).toBe('committed')
  })
})

/** The request's success arrives as an error of this name. */
function failing(request: IDBOpenDBRequest, error: string): void {
  Object.defineProperty(request, 'error', { value: new DOMException('it went wrong', error) })
  request.addEventListener(
    'success',
    (event) => {
      event.stopImmediatePropagation()
      request.result.close()
      request.dispatchEvent(new Event('error'))
    },
    { once: true },
  )
}

/** As a damaged record fails: with an error that ends its transaction. */
function unreadable(request: IDBRequest): void {
  Object.defineProperty(request, 'error', { value: new DOMException('Data lost', 'NotReadableError') })
  request.addEventListener('success', (event) => {
    event.stopImmediatePropagation()
    const { transaction } = request
    const failed = new Event('error', { cancelable: true })
    request.onerror?.(failed)
    if (!failed.defaultPrevented) transaction?.abort()
  })
}

/** The request succeeds only when it `wakes up`. */
function silenced(request: IDBOpenDBRequest): IDBOpenDBRequest {
  let succeeded = (): void => {}
  const done = new Promise<void>((resolve) => {
    succeeded = resolve
  })
  const wait = (event: Event): void => {
    event.stopImmediatePropagation()
    succeeded()
  }
  request.addEventListener('success', wait)
  request.addEventListener('wakes up', async () => {
    await done
    request.removeEventListener('success', wait)
    request.dispatchEvent(new Event('success'))
  })
  return request
}

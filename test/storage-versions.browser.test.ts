import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { indexedDB as storageOver } from '../src/storage/indexeddb/indexeddb.ts'
import type { LocalStore } from '../src/storage/port.ts'
import { indexRoot, logRow, queueRow, range, rejectedRow, segments } from './conformance/rows.ts'
import { onDisk, requested } from './support/raw-database.ts'
import { openVersion1, type Version1, writeVersion1 } from './support/version-1.ts'

const storage = storageOver()
let serial = 0
let name: string
let store: LocalStore | undefined
let oldTab: IDBDatabase

const written: Version1 = {
  log: [range(1, 3, logRow), [logRow(4)]],
  queue: [range(1, 2, (seq) => queueRow(seq)), [queueRow(3)]],
  rejected: [rejectedRow(7)],
  meta: new Map<string, unknown>([
    ['replica', { id: 'r1' }],
    ['nextId', 300],
  ]),
  done: 1,
  claim: 2,
}

beforeEach(async () => {
  name = `versions ${Date.now()} ${serial++}`
  oldTab = await writeVersion1(name, written)
})
afterEach(async () => {
  oldTab.close()
  await store?.close()
  store = undefined
  await storage.destroy(name)
})

/** What the database shows, whatever opened it. */
async function expectAllOfIt(opened: LocalStore): Promise<void> {
  const confirmed = { t: 4, hash: 'hash-4' }
  expect(await opened.read()).toEqual({
    heads: { confirmed, queue: { seq: 3, txid: 'pending-3' }, claim: 2 },
    queue: range(2, 3, (seq) => queueRow(seq)),
    done: 1,
    rejected: [rejectedRow(7)],
    meta: written.meta,
    root: undefined,
  })
  expect(await opened.readLog(1)).toEqual(range(1, 4, logRow))
}

describe('a database of version 1', () => {
  it('opens with everything in it, and is indexed from then on', async () => {
    oldTab.close()
    store = await storage.open(name)
    await expectAllOfIt(store)
    const { head, root } = await store.beginIndexing()
    expect([head, root]).toEqual([{ epoch: 1, nextId: 1 }, undefined])
    await store.commitIndex(head.epoch, { write: segments(1), root: indexRoot(4) })
    expect(await store.commit({ expect: { t: 4, seq: 3 }, log: [logRow(5)], enqueue: [queueRow(4)] })).toBe('committed')
    await store.close()
    store = await storage.open(name)
    expect((await store.read()).root).toEqual(indexRoot(4))
    expect(await store.readLog(1)).toEqual(range(1, 5, logRow))
  })

  it('that a tab of version 1 has open is taken over, and that tab is told to reload', async () => {
    store = await storage.open(name)
    await expectAllOfIt(store)
    expect(() => oldTab.transaction('log')).toThrow(expect.objectContaining({ name: 'InvalidStateError' }))
    // Which its storage answers by opening again, once: storage/newer-format.
    await expect(openVersion1(name)).rejects.toMatchObject({ name: 'VersionError' })
    await expectAllOfIt(store)
  })

  it('that a deaf tab holds is not waited for longer than patience, and comes over when that tab goes', async () => {
    oldTab.onversionchange = null
    await expect(storageOver({ patience: 200 }).open(name)).rejects.toMatchObject({ code: 'storage/blocked' })
    expect(oldTab.transaction('log').objectStore('log')).toBeDefined()
    oldTab.close()
    store = await storage.open(name)
    await expectAllOfIt(store)
  })

  it('stays as it was when its upgrade dies', async () => {
    oldTab.close()
    const put = IDBObjectStore.prototype.put
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
      const request = put.apply(this, args)
      if (this.name === 'meta') this.transaction.abort()
      return request
    })
    await expect(storage.open(name)).rejects.toMatchObject({ code: 'storage/failed' })
    vi.restoreAllMocks()
    expect((await indexedDB.databases()).find((database) => database.name === onDisk(name))?.version).toBe(1)
    store = await storage.open(name)
    await expectAllOfIt(store)
  })
})

it('a database of a newer version is refused, and left alone', async () => {
  oldTab.close()
  const newer = indexedDB.open(onDisk(name), 99)
  newer.onupgradeneeded = () => newer.result.createObjectStore('of the future').put('a thing', 1)
  oldTab = await requested(newer)
  for (let twice = 0; twice < 2; twice++) {
    await expect(storage.open(name)).rejects.toMatchObject({ code: 'storage/newer-format' })
  }
  expect([...oldTab.objectStoreNames]).toEqual(['log', 'meta', 'of the future', 'queue', 'rejected'])
  expect(await requested(oldTab.transaction('log').objectStore('log').getAll())).toEqual(written.log)
})

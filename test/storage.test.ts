import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { expect, it, vi } from 'vitest'
import { indexedDB } from '../src/storage/indexeddb/indexeddb.ts'
import { memory } from '../src/storage/memory.ts'
import { memoryRemote } from '../src/storage/memory-remote.ts'
import { localStorageSuite } from './conformance/local-storage.ts'
import { remoteStorageSuite } from './conformance/remote-storage.ts'

localStorageSuite('memory', memory)
localStorageSuite('fake IndexedDB', () => indexedDB({ factory: new IDBFactory() }))

remoteStorageSuite('memory', () => {
  const storage = memoryRemote()
  return { here: storage, there: storage }
})

it('IndexedDB says so where there is none', async () => {
  vi.stubGlobal('indexedDB', undefined)
  const storage = indexedDB()
  await expect(storage.open('shop')).rejects.toMatchObject({ code: 'storage/unavailable' })
  await expect(storage.destroy('shop')).rejects.toMatchObject({ code: 'storage/unavailable' })
  vi.unstubAllGlobals()
})

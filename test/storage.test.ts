import 'fake-indexeddb/auto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IDBFactory } from 'fake-indexeddb'
import { afterAll, expect, it, vi } from 'vitest'
import { indexedDB } from '../src/storage/indexeddb/indexeddb.ts'
import { memory } from '../src/storage/memory.ts'
import { memoryRemote } from '../src/storage/memory-remote.ts'
import { sqlRemote } from '../src/storage/sql/sql-remote.ts'
import { localStorageSuite } from './conformance/local-storage.ts'
import { remoteStorageSuite } from './conformance/remote-storage.ts'

const folder = mkdtempSync(join(tmpdir(), 'annals-storage-'))
afterAll(() => rmSync(folder, { recursive: true }))

localStorageSuite('memory', memory)
localStorageSuite('fake IndexedDB', () => indexedDB({ factory: new IDBFactory() }))

remoteStorageSuite('memory', () => {
  const storage = memoryRemote()
  return { here: storage, there: storage }
})

let files = 0
remoteStorageSuite('SQLite', () => {
  const url = `sqlite:${join(folder, `${files++}.db`)}`
  return { here: sqlRemote({ url }), there: sqlRemote({ url }) }
})

it('IndexedDB says so where there is none', async () => {
  vi.stubGlobal('indexedDB', undefined)
  const storage = indexedDB()
  await expect(storage.open('shop')).rejects.toMatchObject({ code: 'storage/unavailable' })
  await expect(storage.destroy('shop')).rejects.toMatchObject({ code: 'storage/unavailable' })
  vi.unstubAllGlobals()
})

import { indexedDB } from '../src/storage/indexeddb/indexeddb.ts'
import { localStorageSuite } from './conformance/local-storage.ts'

localStorageSuite('IndexedDB', indexedDB)

import type { Across } from './across.ts'
import type { State } from './annals-states.ts'
import type { Adapter } from './system.ts'

interface Known {
  readonly name: string
  /** The package whose version is recorded; absent for what is written here. */
  readonly package?: string
  /** How it is used, and what a resolved transaction survives. */
  readonly settings: string
}

/** A system that answers queries in memory, in Node and in a worker of the browser. */
export interface QuerySystem extends Known {
  readonly load: () => Promise<Adapter>
}
/** A system that keeps data in the browser's storage. */
export interface StorageSystem extends Known {
  /** Where it is driven from: peers inside a worker, annals from the page, behind whose calls its own worker stands. */
  readonly from: 'worker' | 'page'
  /** The most items it is measured with; default {@link LARGE}. */
  readonly upTo?: number
  readonly load: () => Promise<Adapter>
}
/** A way to get answers from a worker. */
export interface AcrossSystem extends Known {
  readonly load: () => Promise<Across>
}

const annalsIn = (state: State) => async (): Promise<Adapter> => (await import('./annals-states.ts')).annalsIn(state)

export const QUERY_SYSTEMS: readonly QuerySystem[] = [
  {
    name: 'annals',
    settings:
      'annals/engine on memory(), indexed: all facts in segments, which stay in memory up to the cache budget (32 MiB)',
    load: annalsIn('segments'),
  },
  { name: 'annals novelty', settings: 'the same, nothing indexed yet', load: annalsIn('novelty') },
  {
    name: 'annals both',
    settings: 'the same, indexed, then one fact in 16 retracted and said again: novelty over segments',
    load: annalsIn('both'),
  },
  { name: 'limit', settings: 'loops over typed arrays and Maps; answers by columns', load: () => import('./limit.ts') },
  {
    name: 'limit rows',
    settings: 'the same loops, their columns made into an array per row',
    load: async () => ({ open: (await import('./limit.ts')).openRows }),
  },
  {
    name: 'sqlite table',
    package: '@sqlite.org/sqlite-wasm',
    settings: 'in memory, a table per kind, prepared statements',
    load: () => import('./sqlite-table.ts'),
  },
  {
    name: 'sqlite eav',
    package: '@sqlite.org/sqlite-wasm',
    settings: 'in memory, one table of facts with two orders, prepared statements',
    load: () => import('./sqlite-eav.ts'),
  },
  {
    name: 'datascript',
    package: 'datascript',
    settings: 'JavaScript interface',
    load: () => import('./datascript.ts'),
  },
]

/** Items up to which every system is measured, and those that tell no more with more. */
export const LARGE = 100_000
const SMALL = 10_000

const BROWSER = 'survives the end of the browser'
const POWER = 'survives a power loss'

export const STORAGE_SYSTEMS: readonly StorageSystem[] = [
  {
    name: 'annals',
    from: 'page',
    settings: `connect from the page, a worker over IndexedDB, durability relaxed: ${BROWSER}`,
    upTo: Number.POSITIVE_INFINITY,
    load: async () => (await import('./annals.ts')).annalsWith({}),
  },
  {
    name: 'annals in worker',
    from: 'worker',
    settings: `the same, called in the worker, where the others are: ${BROWSER}`,
    load: () => import('./annals-inside.ts'),
  },
  {
    name: 'annals strict',
    from: 'page',
    settings: `from the page, durability strict: ${POWER}`,
    load: async () => (await import('./annals.ts')).annalsWith({ durability: 'strict' }),
  },
  {
    name: 'annals synced',
    from: 'page',
    settings: `from the page, relaxed, pushing to a server in the driver's process; imported by the thousand: ${BROWSER}`,
    upTo: SMALL,
    load: async () => (await import('./annals.ts')).annalsWith({ synced: true }),
  },
  {
    name: 'limit',
    from: 'worker',
    settings: `one IndexedDB record of packed columns, one small record per change, relaxed: ${BROWSER}`,
    upTo: Number.POSITIVE_INFINITY,
    load: async () => (await import('./limit-storage.ts')).limitStorage('relaxed'),
  },
  {
    name: 'limit strict',
    from: 'worker',
    settings: `the same, strict: ${POWER}`,
    load: async () => (await import('./limit-storage.ts')).limitStorage('strict'),
  },
  {
    name: 'dexie',
    package: 'dexie',
    from: 'worker',
    settings: `bulkAdd, primary key sku, relaxed: ${BROWSER}`,
    load: () => import('./dexie.ts'),
  },
  {
    name: 'rxdb',
    package: 'rxdb',
    from: 'worker',
    settings: `Dexie storage, bulkInsert, one instance, event reduce, relaxed: ${BROWSER}`,
    load: () => import('./rxdb.ts'),
  },
  {
    name: 'pouchdb',
    package: 'pouchdb-browser',
    from: 'worker',
    settings: `default adapter (IndexedDB), bulkDocs by the thousand, sku as _id: ${BROWSER}`,
    load: () => import('./pouchdb.ts'),
  },
  {
    name: 'sqlite opfs',
    package: '@sqlite.org/sqlite-wasm',
    from: 'worker',
    settings: `pool of access handles, rollback journal, synchronous full: ${POWER}`,
    load: () => import('./sqlite-opfs.ts'),
  },
  {
    name: 'sqlite opfs wal',
    package: '@sqlite.org/sqlite-wasm',
    from: 'worker',
    settings: `pool of access handles, write-ahead log, synchronous normal: ${BROWSER}`,
    load: () => import('./sqlite-opfs-wal.ts'),
  },
  {
    name: 'pglite',
    package: '@electric-sql/pglite',
    from: 'worker',
    settings: `IndexedDB, COPY from a blob, relaxedDurability off: ${BROWSER}`,
    load: () => import('./pglite.ts'),
  },
  {
    name: 'tinybase',
    package: 'tinybase',
    from: 'worker',
    settings: `store in memory, IndexedDB persister, saved after every change: ${BROWSER}`,
    load: () => import('./tinybase.ts'),
  },
  {
    name: 'datom rows',
    from: 'worker',
    settings: `one IndexedDB record per fact, two indexes, relaxed: ${BROWSER}`,
    load: () => import('./datom-rows.ts'),
  },
]

/** Live queries of systems that hold their data in memory only, beside those of STORAGE_SYSTEMS. */
export const LIVE_SYSTEMS: readonly StorageSystem[] = [
  {
    name: 'annals memory',
    from: 'worker',
    settings: 'annals/engine on memory()',
    load: () => import('./annals-engine.ts'),
  },
  {
    name: 'sqlite memory',
    package: '@sqlite.org/sqlite-wasm',
    from: 'worker',
    settings: 'in memory; an indexed query again after every write',
    load: () => import('./sqlite-table.ts'),
  },
  {
    name: 'datascript',
    package: 'datascript',
    from: 'worker',
    settings: 'in memory; a walk of the index again after every write',
    load: () => import('./datascript.ts'),
  },
]

export const ACROSS_SYSTEMS: readonly AcrossSystem[] = [
  {
    name: 'annals',
    settings: 'connect: db.q from the page',
    load: async () => (await import('./annals-across.ts')).across,
  },
  {
    name: 'limit',
    settings: 'bare postMessage; rows as transferred columns, never made into rows',
    load: async () => (await import('./raw-across.ts')).columns,
  },
  {
    name: 'json',
    settings: 'bare postMessage; rows as JSON text',
    load: async () => (await import('./raw-across.ts')).json,
  },
  {
    name: 'comlink',
    package: 'comlink',
    settings: 'Comlink; rows as arrays by structured clone',
    load: async () => (await import('./comlink-across.ts')).across,
  },
]

import type { Connection } from '../api/connection.ts'
import type { SchemaDef } from '../api/schema.ts'
import type { LocalStorage } from '../storage/port.ts'
import { EngineConnection } from './connection.ts'
import { createRuntime, type RuntimeOptions } from './create-runtime.ts'
import type { IndexingOptions } from './indexer.ts'
import { LocalLedger } from './local-ledger.ts'

export interface OpenOptions extends RuntimeOptions {
  readonly storage: LocalStorage
  /** What the code expects; what is missing is installed. Rejects with `schema/mismatch`. */
  readonly schema?: SchemaDef
  readonly indexing?: IndexingOptions
}

/** Opens a database of this process that has no remote. The same as `connect` in a page, without a worker. */
export async function open(name: string, options: OpenOptions): Promise<Connection> {
  const runtime = createRuntime(options)
  const store = await options.storage.open(name)
  try {
    const ledger = await LocalLedger.open(store, runtime, options.indexing)
    const connection = new EngineConnection(name, ledger, runtime)
    if (options.schema !== undefined) await connection.install(options.schema)
    return connection
  } catch (error) {
    await store.close()
    throw error
  }
}

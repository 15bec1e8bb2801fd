import type { Functions } from '../api/functions.ts'
import type { SchemaDef } from '../api/schema.ts'
import { ANYTHING, checkName, checkOptions, FUNCTION, type OptionKind } from '../base/check-options.ts'
import type { LocalStorage } from '../storage/port.ts'
import type { EngineConnection } from './connection.ts'
import { createRuntime, type RuntimeOptions } from './create-runtime.ts'
import type { IndexingOptions } from './indexer.ts'
import { LocalLedger } from './local-ledger.ts'

export interface OpenOptions<S extends SchemaDef = SchemaDef, F extends Functions = Functions>
  extends RuntimeOptions<F> {
  readonly storage: LocalStorage
  /** What the code expects; what is missing is installed. Rejects with `schema/mismatch`. */
  readonly schema?: S
  readonly indexing?: IndexingOptions
}

export const STORAGE: OptionKind = {
  want: 'a storage, such as memory()',
  is: (x) => typeof (x as LocalStorage | null)?.open === 'function',
}
const OPTIONS = {
  storage: STORAGE,
  schema: ANYTHING,
  functions: ANYTHING,
  indexing: ANYTHING,
  now: FUNCTION,
  queryLimits: ANYTHING,
}

/** Opens a database that has no remote, as a connection of the class `Made`. */
export async function openLocal<C extends EngineConnection>(
  Made: new (...args: ConstructorParameters<typeof EngineConnection>) => C,
  name: string,
  options: OpenOptions,
): Promise<C> {
  checkName('open', name)
  checkOptions('open', { ...options, storage: options?.storage ?? null }, OPTIONS)
  const runtime = createRuntime(options)
  const store = await options.storage.open(name)
  const ledger = await LocalLedger.open(store, runtime, options.indexing).catch(async (error: unknown) => {
    await store.close()
    throw error
  })
  const connection = new Made(name, ledger, runtime)
  try {
    if (options.schema !== undefined) await connection.install(options.schema)
    return connection
  } catch (error) {
    await connection.close()
    throw error
  }
}

import type { Functions } from '../api/functions.ts'
import type { SchemaDef } from '../api/schema.ts'
import { checkOptionNames } from '../base/check-option-names.ts'
import { AnnalsError } from '../base/errors.ts'
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

const OPTIONS = ['storage', 'schema', 'functions', 'indexing', 'now', 'queryLimits']

/** Opens a database that has no remote, as a connection of the class `Made`. */
export async function openLocal<C extends EngineConnection>(
  Made: new (...args: ConstructorParameters<typeof EngineConnection>) => C,
  name: string,
  options: OpenOptions,
): Promise<C> {
  checkOptions(name, options)
  const runtime = createRuntime(options)
  const store = await options.storage.open(name)
  try {
    const ledger = await LocalLedger.open(store, runtime, options.indexing)
    const connection = new Made(name, ledger, runtime)
    if (options.schema !== undefined) await connection.install(options.schema)
    return connection
  } catch (error) {
    await store.close()
    throw error
  }
}

function checkOptions(name: string, options: OpenOptions): void {
  checkOptionNames('open', options ?? {}, OPTIONS, 'db/bad-option')
  const wrong = (option: string, want: string): AnnalsError =>
    new AnnalsError('db/bad-option', `open: ${option} wants ${want}`, { option })
  if (typeof name !== 'string' || name === '') throw wrong('name', 'a text that is not empty')
  if (typeof options?.storage?.open !== 'function') throw wrong('storage', 'a storage, such as memory()')
}

import type { Connection } from '../api/connection.ts'
import type { ImportOptions, ImportProgress, ImportSource } from '../api/import.ts'
import { runImport } from '../base/run-import.ts'
import { EngineConnection } from './connection.ts'

/** One open database, in this very thread, which also gathers what it imports. */
export class ImportingConnection extends EngineConnection implements Connection {
  import(elements: ImportSource, options?: ImportOptions): Promise<ImportProgress> {
    return runImport(elements, (chunk) => this.importStep(chunk), options)
  }
}

import type { Connection } from '../api/connection.ts'
import type { Functions } from '../api/functions.ts'
import type { SchemaDef } from '../api/schema.ts'
import { ImportingConnection } from './importing-connection.ts'
import { type OpenOptions, openLocal } from './open-local.ts'

/**
 * Opens a database of this process that has no remote. The same as `connect` in a page, without a worker. Rejects with
 * `db/bad-option`, `schema/mismatch`, or an error of area `storage`.
 */
export async function open<const S extends SchemaDef = SchemaDef, F extends Functions = Functions>(
  name: string,
  options: OpenOptions<S, F>,
): Promise<Connection<S, F>> {
  const connection: Connection = await openLocal(ImportingConnection, name, options)
  return connection as Connection<S, F>
}

import type { Functions } from '../../api/functions.ts'
import type { SchemaDef } from '../../api/schema.ts'
import type { SyncOptions } from '../../api/sync.ts'
import { EngineConnection } from '../../engine/connection.ts'
import { createRuntime } from '../../engine/create-runtime.ts'
import type { IndexingOptions } from '../../engine/indexer.ts'
import type { LocalStorage } from '../../storage/port.ts'
import { openReplica } from '../../sync/open-replica.ts'
import { broadcastPeers } from './broadcast-peers.ts'
import type { Leadership } from './leadership.ts'

export interface SyncedOptions {
  readonly storage: LocalStorage
  readonly remote: SyncOptions
  readonly leadership: Leadership
  readonly indexing?: IndexingOptions
  readonly schema?: SchemaDef
  readonly functions?: Functions
}

/** Opens a database as a replica of a remote one, of which one tab out of all talks to the remote. Waits for no network. */
export async function openSynced(name: string, options: SyncedOptions): Promise<EngineConnection> {
  const { storage, remote, leadership, indexing, schema, functions } = options
  const runtime = createRuntime(functions ? { functions } : {})
  const store = await storage.open(name)
  const peers = broadcastPeers(name)
  const replica = await openReplica(store, runtime, {
    remote,
    lead: (work) => leadership.lead(`annals/sync/${name}`, work),
    onWake,
    ...(indexing && { indexing }),
    ...(peers && { peers }),
  }).catch(async (error: unknown) => {
    peers?.close()
    await store.close()
    throw error
  })
  const connection = new EngineConnection(name, replica.ledger, runtime, replica.sync, async () => {
    await replica.stop()
    peers?.close()
  })
  try {
    if (schema !== undefined) await connection.install(schema)
    return connection
  } catch (error) {
    await connection.close()
    throw error
  }
}

/** The browser says that there is a network again. */
function onWake(listener: () => void): () => void {
  addEventListener('online', listener)
  return () => removeEventListener('online', listener)
}

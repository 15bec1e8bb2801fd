import type { OpenDatabase } from '../../src/client/serve/open-database.ts'
import { storeName } from '../../src/client/serve/open-database.ts'
import { serveAt } from '../../src/client/serve.ts'
import { EngineConnection } from '../../src/engine/connection.ts'
import { openLocal } from '../../src/engine/open-local.ts'
import { memory } from '../../src/engine.ts'
import type { LocalStorage } from '../../src/storage/port.ts'

/** What stands for a worker where there are none: a channel to a server in this very thread. */
export function channelWorker(openDatabase: OpenDatabase, storage: LocalStorage = memory()): Worker {
  const { port1, port2 } = new MessageChannel()
  serveAt(port2, { open: openDatabase, storage })
  const terminate = (): void => {
    port1.close()
    port2.close()
  }
  return Object.assign(port1, { terminate }) as unknown as Worker
}

/** Opens databases in `storage`, as the default worker does in IndexedDB. */
export function openIn(storage: LocalStorage = memory()): OpenDatabase {
  return (request) =>
    openLocal(EngineConnection, storeName(request), {
      storage,
      ...(request.schema !== undefined && { schema: request.schema }),
    })
}

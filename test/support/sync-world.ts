import type { Functions } from '../../src/api/functions.ts'
import type { SyncStatus } from '../../src/api/sync.ts'
import { createRuntime } from '../../src/engine/create-runtime.ts'
import { ImportingConnection } from '../../src/engine/importing-connection.ts'
import { createSyncHandler, type SyncHandler, type SyncHandlerOptions } from '../../src/server/handler.ts'
import { memory } from '../../src/storage/memory.ts'
import { memoryRemote } from '../../src/storage/memory-remote.ts'
import type { LocalStorage, RemoteStorage } from '../../src/storage/port.ts'
import { openReplica, type Replica, type ReplicaOptions } from '../../src/sync/open-replica.ts'

export const URL_OF_TEST = 'http://test/sync/inventory'

/** A server that can be taken away and put back, over a storage that stays. */
export class TestServer {
  handler: SyncHandler
  up = true
  /** Requests by the last part of their path. */
  readonly asked: string[] = []
  /** What happens to a request on its way; default nothing. */
  between: (path: string, send: () => Promise<Response>) => Promise<Response> = (_, send) => send()

  constructor(
    readonly storage: RemoteStorage = unclosable(memoryRemote()),
    private readonly options: Partial<SyncHandlerOptions> = {},
  ) {
    this.handler = this.start()
  }

  private start(): SyncHandler {
    return createSyncHandler({ onError: (e) => console.error('server', e), ...this.options, storage: this.storage })
  }

  /** A new process over the same storage. */
  async restart(): Promise<void> {
    await this.handler.close()
    this.handler = this.start()
  }

  readonly fetch = (async (url: string, init?: RequestInit) => {
    const path = new URL(url).pathname.split('/').at(-1) as string
    this.asked.push(path)
    if (!this.up) throw new TypeError('no network')
    const request = new Request(url, init)
    return this.between(path, () => this.handler(request))
  }) as typeof fetch
}

/** A storage that a closing handler leaves open for the next. */
export const unclosable = (storage: RemoteStorage): RemoteStorage => ({
  open: (name) => storage.open(name),
  close: async () => {},
})

export interface Client {
  readonly conn: ImportingConnection
  readonly replica: Replica
}

export interface ClientOptions extends Partial<ReplicaOptions> {
  readonly storage?: LocalStorage
  readonly functions?: Functions
  readonly now?: () => number
  /** Of the local store; default 'inventory'. */
  readonly name?: string
}

/** A replica of the server's database, as an app has it. */
export async function client(server: TestServer, options: ClientOptions = {}): Promise<Client> {
  const { storage = memory(), functions, now, name = 'inventory', ...rest } = options
  const runtime = createRuntime({ ...(functions && { functions }), ...(now && { now }) })
  const store = await storage.open(name)
  const replica = await openReplica(store, runtime, { remote: { url: URL_OF_TEST }, fetch: server.fetch, ...rest })
  const conn = new ImportingConnection('inventory', replica.ledger, runtime, replica.sync, replica.stop)
  return { conn, replica }
}

/** Resolves when the status is so; rejects after ten seconds, saying how it is. */
export function until({ conn: { sync } }: Client, ok: (status: SyncStatus) => boolean): Promise<SyncStatus> {
  return new Promise((resolve, reject) => {
    let stop: () => void = () => undefined
    const timer = setTimeout(() => {
      stop()
      reject(new Error(`still ${JSON.stringify(sync.getSnapshot())}`))
    }, 10_000)
    const look = (): void => {
      const status = sync.getSnapshot()
      if (!ok(status)) return
      clearTimeout(timer)
      stop()
      resolve(status)
    }
    stop = sync.subscribe(look)
    look()
  })
}

/** Live, with nothing pending, at the `t` of the remote. */
export const quiet = (c: Client): Promise<SyncStatus> =>
  until(c, (s) => s.state === 'live' && s.pending === 0 && s.t === (s.remoteT ?? -1))

/** Resolves when both have the same log; rejects after ten seconds. */
export async function agreed(a: Client, b: Client): Promise<void> {
  for (let ms = 0; a.replica.ledger.state.head.hash !== b.replica.ledger.state.head.hash; ms += 5) {
    if (ms > 10_000) throw new Error(`still at ${a.replica.ledger.state.head.t} and ${b.replica.ledger.state.head.t}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export const SCHEMA = [
  {
    'db/ident': ':inv/sku',
    'db/valueType': ':db.type/string',
    'db/cardinality': ':db.cardinality/one',
    'db/unique': ':db.unique/identity',
  },
  { 'db/ident': ':inv/count', 'db/valueType': ':db.type/long', 'db/cardinality': ':db.cardinality/one' },
]

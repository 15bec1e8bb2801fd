import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EngineConnection } from '../../src/engine/connection.ts'
import { createRuntime } from '../../src/engine/create-runtime.ts'
import { nodeListener } from '../../src/server/cli/node-listener.ts'
import { createSyncHandler } from '../../src/server/handler.ts'
import { memory } from '../../src/storage/memory.ts'
import type { LocalStorage, RemoteStorage } from '../../src/storage/port.ts'
import { openReplica } from '../../src/sync/open-replica.ts'

/** Bytes of bodies that one replica has sent and received. */
export interface Traffic {
  sent: number
  received: number
}

/** A server on a port of this machine. */
export class Loopback {
  private constructor(
    private readonly url: string,
    readonly close: () => Promise<void>,
  ) {}

  static async start(storage: RemoteStorage): Promise<Loopback> {
    const handler = createSyncHandler({ storage, rate: false })
    const server = createServer(nodeListener(handler, console.error)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    return new Loopback(`http://127.0.0.1:${port}/sync/shop`, async () => {
      await handler.close()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    })
  }

  /** A replica in memory, and what it has sent and received of pushes and pulls. Only requests that `passes` reach the server. */
  async replica(local: LocalStorage = memory(), passes: (url: string) => boolean = () => true) {
    const traffic: Traffic = { sent: 0, received: 0 }
    const counting = (async (url: string, init?: RequestInit) => {
      if (!passes(url)) throw new TypeError('the network is down')
      const response = await fetch(url, init)
      if (!/\/(push|pull)/.test(url)) return response
      if (init?.body instanceof Uint8Array) traffic.sent += init.body.length
      traffic.received += Number(response.headers.get('content-length') ?? 0)
      return response
    }) as typeof fetch
    const runtime = createRuntime({})
    const remote = { url: this.url }
    const { ledger, sync, stop } = await openReplica(await local.open('shop'), runtime, { remote, fetch: counting })
    return { conn: new EngineConnection('shop', ledger, runtime, sync, stop), ledger, traffic }
  }
}

/** Resolves when nothing is pending and the replica is where the remote is. */
export function quiet({ sync }: EngineConnection): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      const { state, pending, t, remoteT } = sync.getSnapshot()
      if (state !== 'live' || pending > 0 || t !== remoteT) return
      stop()
      resolve()
    }
    const stop = sync.subscribe(look)
    look()
  })
}

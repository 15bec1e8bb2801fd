import type { RequestListener } from 'node:http'
import { createSyncHandler, memoryRemote } from 'annals/server'
import { nodeListener } from '../../src/server/cli/node-listener.ts'

/** The remote side of sync, in memory: answers what lies under /sync/. */
export function syncServer(): { readonly listener: RequestListener; close(): Promise<void> } {
  const handler = createSyncHandler({ storage: memoryRemote(), rate: false })
  return {
    listener: nodeListener(handler, (error) => console.error('the sync server:', error)),
    close: () => handler.close(),
  }
}

import type { PeerMessage, Peers } from '../../sync/sync-store.ts'

/** A way to the workers of other tabs that have the same store open; undefined where there is none. */
export function broadcastPeers(store: string): (Peers & { close(): void }) | undefined {
  if (typeof BroadcastChannel === 'undefined') return undefined
  const channel = new BroadcastChannel(`annals/sync/${store}`)
  return {
    tell: (message) => channel.postMessage(message),
    hear: (listener) => {
      const heard = ({ data }: MessageEvent<PeerMessage>): void => listener(data)
      channel.addEventListener('message', heard)
      return () => channel.removeEventListener('message', heard)
    },
    close: () => channel.close(),
  }
}

import type { LocalStore, RemoteStore } from '../../../src/storage/port.ts'
import type { Transport } from '../../../src/sync/transport.ts'

/** Ports of replica and server, to be replaced by worse ones. */
export interface Parts {
  readonly localStore: (store: LocalStore) => LocalStore
  readonly remoteStore: (store: RemoteStore) => RemoteStore
  readonly transport: (transport: Transport) => Transport
  /** Whether devices lay what is confirmed in segments, tiny ones; default not. */
  readonly inSegments?: boolean
}

/** Those that the project has. */
export const SOUND: Parts = {
  localStore: (store) => store,
  remoteStore: (store) => store,
  transport: (transport) => transport,
}

/** The same, and whatever devices read has to be waited for. */
export const IN_SEGMENTS: Parts = { ...SOUND, inSegments: true }

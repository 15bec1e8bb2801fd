import type { SyncOptions } from '../api/sync.ts'
import type { IndexingOptions } from '../engine/indexer.ts'
import { alone, type Lead } from '../engine/lead.ts'
import type { Runtime } from '../engine/runtime.ts'
import type { LocalStore } from '../storage/port.ts'
import { type DriverOptions, SyncDriver } from './driver.ts'
import { ReplicaLedger } from './replica-ledger.ts'
import { type Peers, ReplicaSync } from './sync-store.ts'
import { httpTransport, type Transport } from './transport.ts'

export interface ReplicaOptions extends DriverOptions {
  /** Where the remote is and who asks, or a way of one's own to it. */
  readonly remote: SyncOptions | Transport
  readonly fetch?: typeof fetch
  /** Default: this process is the only one. */
  readonly lead?: Lead
  readonly indexing?: IndexingOptions
  /** The other tabs. */
  readonly peers?: Peers
  /** Calls `listener` when the network may be back, such as at the event `online`. Returns the way to stop. */
  readonly onWake?: (listener: () => void) => () => void
}

export interface Replica {
  readonly ledger: ReplicaLedger
  readonly sync: ReplicaSync
  /** Stops talking to the remote; the ledger is the caller's to close. */
  stop(): Promise<void>
}

/**
 * Opens a database as a replica of a remote one and begins to sync it. Nothing waits for the network. A
 * database that was made without a remote is attached at the first contact.
 */
export async function openReplica(store: LocalStore, runtime: Runtime, options: ReplicaOptions): Promise<Replica> {
  const ledger = await ReplicaLedger.open(store, runtime, options.indexing)
  const { remote } = options
  const transport =
    'url' in remote ? httpTransport({ ...remote, ...(options.fetch && { fetch: options.fetch }) }) : remote
  const driver = new SyncDriver(ledger, transport, options)
  ledger.remote = (message) => driver.excise(message)
  let leads = false
  const sync = new ReplicaSync(ledger, driver, () => leads, options.peers)
  let working: Promise<void> = Promise.resolve()
  const lead = options.lead ?? alone
  const resign = lead(async (signal) => {
    leads = true
    working = driver.run(signal)
    try {
      await working
    } finally {
      leads = false
    }
  })
  const unwake = options.onWake?.(() => sync.wake())
  return {
    ledger,
    sync,
    stop: async () => {
      unwake?.()
      await resign()
      await working
      sync.stop()
    },
  }
}

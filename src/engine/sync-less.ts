import type { Sync, SyncStatus } from '../api/sync.ts'
import { AnnalsError } from '../base/errors.ts'
import type { Ledger } from './ledger.ts'

/** The `sync` of a database that has no remote: always local, with nothing pending. */
export function syncless(ledger: Ledger): Sync {
  let status: SyncStatus = Object.freeze({ state: 'local', pending: 0, rejected: 0, t: ledger.db.basisT })
  const refuse = (): never => {
    throw new AnnalsError('sync/not-synced', 'this database has no remote: connect with the option sync')
  }
  const current = (): SyncStatus => {
    if (status.t !== ledger.db.basisT) status = Object.freeze({ ...status, t: ledger.db.basisT })
    return status
  }
  return {
    subscribe: (listener) => ledger.onChange(listener),
    getSnapshot: current,
    getServerSnapshot: current,
    pending: async () => [],
    rejected: async () => [],
    retry: async () => refuse(),
    amend: async () => refuse(),
    withdraw: async () => refuse(),
    settled: (id) => ledger.settled(id),
    flush: async () => undefined,
    setOnline: () => undefined,
  }
}

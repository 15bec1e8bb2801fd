import { FIRST_LEASE, FIRST_PROVISIONAL } from './id-pool.ts'
import type { AliasPair, IdRange } from './protocol.ts'

/**
 * What a replica remembers about itself beside log and queue: named values in its store, which reach disk. A name may be added,
 * never given another meaning.
 */
export interface ReplicaMeta {
  /** Who this replica is to the remote. */
  readonly replica: string
  /** Who it was, before it was fenced off by another live copy of itself. */
  readonly lineage: readonly string[]
  /** The epoch that the remote gave it; 0 before the first. */
  readonly epoch: number
  /** A registration whose answer has not come: repeated with the same nonce. '' when there is none. */
  readonly nonce: string
  /** The queue's seq that is 0 to the remote, in this epoch. */
  readonly seqBase: number
  /** The last transaction that left the queue. */
  readonly lastOut: string
  /** The epoch of the remote's log; '' before the first contact. */
  readonly logEpoch: string
  /** Whether the log here was made without a remote, which has yet to adopt it. */
  readonly attaching: boolean
  /** Leased ids that nobody has claimed, in order, and the end of the highest lease ever heard of. */
  readonly leases: readonly IdRange[]
  readonly leasedTo: number
  /** How many ids to ask for next time. */
  readonly leaseSize: number
  /** The next provisional id that nobody has claimed. */
  readonly provisional: number
  /** How often what is pending was decided anew: a prediction made in an earlier generation no longer holds. */
  readonly generation: number
  /** The last of the queue that was decided in this generation, or found to be as it was. */
  readonly decidedTo: number
  /** How many of the remote's excisions were carried out here. */
  readonly excised: number
  /** How often facts were taken out of what lies here: values and segments made before may hold them. */
  readonly excisions: number
  /** What ids of withdrawn transactions became. Those of confirmed ones stand in their records. */
  readonly aliases: readonly AliasPair[]
}

const defaults: ReplicaMeta = {
  replica: '',
  lineage: [],
  epoch: 0,
  nonce: '',
  seqBase: 0,
  lastOut: '',
  logEpoch: '',
  attaching: false,
  leases: [],
  leasedTo: 0,
  leaseSize: FIRST_LEASE,
  provisional: FIRST_PROVISIONAL,
  generation: 0,
  decidedTo: 0,
  excised: 0,
  excisions: 0,
  aliases: [],
}

/** Reads what {@link metaChange} wrote; `replica` is '' in a store that no replica has. */
export function readMeta(meta: ReadonlyMap<string, unknown>): ReplicaMeta {
  const read = Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, meta.get(name) ?? value]))
  return read as unknown as ReplicaMeta
}

export const metaChange = (change: Partial<ReplicaMeta>): ReadonlyMap<string, unknown> =>
  new Map(Object.entries(change))

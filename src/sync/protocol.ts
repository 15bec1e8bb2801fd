import type { ErrorCode } from '../base/errors.ts'
import type { Excision } from '../engine/excision.ts'
import type { LogRow } from '../storage/port.ts'

/**
 * What a replica and the remote log say to each other: CBOR over HTTP, in bodies of POST hello, register, push and in answers of
 * GET pull. docs/sync.md tells the story; read-request.ts and read-answer.ts check what comes in. Only ever add fields.
 */
export const PROTOCOL = 1

/** What the server takes at most; told at hello. */
export interface Limits {
  /** Bytes of a request's body. */
  readonly body: number
  /** Bytes of one intent. */
  readonly intent: number
  /** Transactions in a push. */
  readonly batch: number
  /** Collections within each other, in an intent. */
  readonly depth: number
  /** Records in a page of the log. */
  readonly page: number
}
export const DEFAULT_LIMITS: Limits = { body: 1024 * 1024, intent: 256 * 1024, batch: 100, depth: 64, page: 1000 }

/** Entity ids `from ..< to`. */
export type IdRange = readonly [from: number, to: number]
/** An id, and what it became. */
export type AliasPair = readonly [id: number, final: number]

/** Says where a replica stands, when it connects. */
export interface Hello {
  readonly protocol: number
  readonly replica: string
  /** The newest confirmed `t` it has, and the hash chain there. */
  readonly t: number
  readonly hash: string
  /** How many excisions it has carried out; absent in those that know of none. */
  readonly excised?: number
  /** Functions that its transactions may call. */
  readonly functions: readonly string[]
  /** The end of the highest lease it knows of, 0 without any; and how many further ids it asks for. */
  readonly leasedTo: number
  readonly want: number
}
export interface HelloAnswer {
  readonly t: number
  /** Another one than before: the log was restored from a backup. */
  readonly logEpoch: string
  /** Whether the remote log has the replica's confirmed state as a prefix: it does, says otherwise, or is shorter. */
  readonly base: 'agrees' | 'differs' | 'ahead'
  /** Those that the replica has not carried out, in order: before it reads on. */
  readonly excisions: readonly Excision[]
  /** The replica's epoch as the server knows it; 0 when it has never registered. */
  readonly epoch: number
  /** The last seq that was decided in that epoch. */
  readonly lastSeq: number
  readonly limits: Limits
  /** Whether it takes bodies packed by gzip. */
  readonly gzip: boolean
  /** Leases above `leasedTo`. */
  readonly leases: readonly IdRange[]
  /** Functions of the replica's that the server lacks. */
  readonly lacks: readonly string[]
}

/** Asks for the next replica epoch; the same answer for the same nonce. Refused with `sync/fork` when `after` is not current. */
export interface Register {
  readonly protocol: number
  readonly replica: string
  readonly nonce: string
  /** The epoch that the replica believes to be current; 0 when there is none. */
  readonly after: number
  /** The identity that this replica had before it was fenced off, whose aliases it keeps. */
  readonly of?: string
}
export interface RegisterAnswer {
  readonly epoch: number
}

/** A transaction as it was meant, or its withdrawal. */
export type PushEntry = IntentEntry | VoidEntry
export interface IntentEntry {
  readonly txid: string
  readonly seq: number
  /** The confirmed `t` that its author saw, and the author's clock, ms since 1970. */
  readonly basis: number
  readonly instant: number
  /** Forms, as CBOR. */
  readonly intent: Uint8Array
  /** The ids that the replica gave to new entities, by tempid. */
  readonly ids: readonly (readonly [tempid: string, id: number])[]
  /** Pending transaction entities of the replica's that the forms may name, and whose they are. */
  readonly txs: readonly (readonly [tx: number, txid: string])[]
  readonly retryOf?: string
  /** An installation of schema, or a migration: withdrawn where nothing comes of it any more. */
  readonly schema?: true
}
export interface VoidEntry {
  readonly txid: string
  readonly seq: number
  readonly void: true
  /** What the ids that it had proposed have become meanwhile. */
  readonly became: readonly AliasPair[]
}

export interface Push {
  readonly protocol: number
  readonly replica: string
  readonly epoch: number
  /** The txid queued before the first entry; '' for the first of an epoch. */
  readonly prev: string
  /** In order of creation, dense by seq. */
  readonly entries: readonly PushEntry[]
  readonly leasedTo: number
  readonly want: number
  /** Records from there on may come with the answer, where facts were taken out so often; absent: they are not wanted. */
  readonly from?: number
  readonly excised?: number
}

/** How one transaction ended: the same answer for ever. */
export type Outcome =
  | { readonly status: 'confirmed'; readonly t: number }
  /** `became`: what the ids that it had proposed stand for. */
  | { readonly status: 'withdrawn'; readonly became: readonly AliasPair[] }
  | {
      readonly status: 'rejected'
      readonly code: ErrorCode
      readonly message: string
      /** Plain JSON data. */
      readonly facts: Readonly<Record<string, unknown>>
    }

export type PushAnswer =
  | {
      readonly kind: 'answers'
      readonly t: number
      readonly logEpoch: string
      /** Those of the entries that are decided: the first so many, in order. */
      readonly outcomes: readonly (Outcome & { readonly txid: string })[]
      readonly leases: readonly IdRange[]
      /** Why the entry after them cannot be decided yet: it stays pending. */
      readonly stopped?: { readonly code: ErrorCode; readonly message: string }
      /** All records from the one that was asked for to the head: what a pull would bring. Absent where they are many. */
      readonly rows?: readonly LogRow[]
    }
  /** The epoch is not current, or the queue tells another story than what was decided: say hello and register. */
  | { readonly kind: 'fork' }
  /** Entries are missing between the last one decided and the first one pushed. */
  | { readonly kind: 'gap'; readonly last: number }
  | { readonly kind: 'unknown-replica' }

/** Asks for records. */
export interface Pull {
  readonly from: number
  readonly max: number
  /** How many excisions the asker has carried out: records of another number do not go with its own. */
  readonly excised: number
}
/** Records `from ..`, dense; none when `from` lies beyond the head. */
export interface PullAnswer {
  /** The head's; of a page with more after it, only that: it is the same answer for ever. */
  readonly t: number
  readonly logEpoch: string
  /** How often facts had been taken out of these records. */
  readonly excised: number
  readonly rows: readonly LogRow[]
}

/** Takes facts out of the log for good. Needs the right to administer. The same txid is carried out once. */
export interface Excise {
  readonly protocol: number
  readonly replica: string
  readonly txid: string
  /** The author's clock, ms since 1970, and the confirmed `t` that it saw. */
  readonly instant: number
  readonly basis: number
  readonly target: number
  /** Idents. */
  readonly attrs?: readonly string[]
  readonly before?: number
  /** Forms that join the transaction that says so, as CBOR. */
  readonly intent: Uint8Array
}
export type ExciseAnswer =
  | { readonly status: 'confirmed'; readonly t: number; readonly removed: number }
  | Extract<Outcome, { readonly status: 'rejected' }>

/** A transaction that the remote refused. */
export interface Refusal {
  readonly txid: string
  readonly replica: string
  /** Its place in the replica's queue. */
  readonly seq: number
  readonly code: ErrorCode
  /** Not told any more, and no facts, where facts were excised since. */
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
}
export interface RefusalsAnswer {
  readonly refusals: readonly Refusal[]
}

/** Records that were decided elsewhere, to be appended after `t` and `hash`. Needs the right to administer. */
export interface Adopt {
  readonly protocol: number
  readonly t: number
  readonly hash: string
  readonly rows: readonly LogRow[]
}
export interface AdoptAnswer {
  /** Where the log stands now. */
  readonly t: number
}

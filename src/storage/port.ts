/**
 * What the engine asks of a place that keeps bytes. Adapters: memory, indexeddb (clients), sql (servers). Every call rejects
 * with an AnnalsError of area `storage` when the place fails; nothing is skipped in silence. A change that contradicts itself
 * (rows that are not dense, a head that it moves and does not expect) is `internal/assertion`, and nothing is changed.
 *
 * Rows and named values cross by value: the caller may change its bytes as soon as `commit` was called, and what is read
 * is the reader's own.
 */

/** One decided transaction, as it lies in the log. `body` is opaque here: src/engine/record.ts writes and reads it. */
export interface LogRow {
  readonly t: number
  /** The transaction's uuid. */
  readonly txid: string
  readonly body: Uint8Array
  /** The hash chain up to and including this row: lower-case hexadecimal. */
  readonly hash: string
}

export interface ConfirmedHead {
  /** 0 when the log is empty. */
  readonly t: number
  /** '' when the log is empty. */
  readonly hash: string
}

/** One pending transaction. `body` is opaque: src/sync/queue-body.ts. Seq starts at 1 and is dense in the order of creation. */
export interface QueueRow {
  readonly seq: number
  readonly txid: string
  readonly body: Uint8Array
}

/** A refused transaction that nobody has dealt with. */
export interface RejectedRow {
  readonly txid: string
  readonly body: Uint8Array
}

export interface LocalHeads {
  readonly confirmed: ConfirmedHead
  /** The seq of the newest transaction ever queued, 0 when there was none; and its txid. */
  readonly queue: { readonly seq: number; readonly txid: string }
  /**
   * How often somebody claimed something here (ids, an identity, the right to withdraw): of two tabs that claim at once one
   * wins. 0 at first.
   */
  readonly claim: number
}

/** What changes in one atomic step. What is absent is neither compared nor changed. */
export interface LocalCommit {
  /** Compared inside the step; a difference makes it `lost`. */
  readonly expect: { readonly t?: number; readonly seq?: number; readonly claim?: number }
  /** Appended: the first follows the confirmed head's t, all dense. Moves the confirmed head. Requires `expect.t`. */
  readonly log?: readonly LogRow[]
  /** Rows of the log that get another body in place, and nothing else. Requires `expect.t`, beyond which none of them lies. */
  readonly rewrite?: readonly LogRow[]
  /** Appended to the queue: dense after the queue head. Moves the queue head. Requires `expect.seq`. */
  readonly enqueue?: readonly QueueRow[]
  /** Replaced in place, where still queued; the txid stays. One that has left the queue, or was never in it, is ignored. */
  readonly requeue?: readonly QueueRow[]
  /** Everything queued with a seq up to and including this leaves the queue. At most the seq of the queue head. */
  readonly dequeueTo?: number
  /** Joins the list of the refused at its end; one that is in it gets the new body. */
  readonly reject?: readonly RejectedRow[]
  /** Txids that leave the list of the refused, before `reject` adds to it. */
  readonly unreject?: readonly string[]
  /**
   * Small named values (replica identity, leases, aliases, counters): whatever structured clone takes, `storage/failed`
   * otherwise; undefined removes.
   */
  readonly meta?: ReadonlyMap<string, unknown>
  /** `strict` asks that a power loss keeps it too, and all that was committed before it; default `relaxed`. */
  readonly durability?: 'relaxed' | 'strict'
  /** The new claim head. Requires `expect.claim`, and to be one more. */
  readonly claim?: number
}

/** What is known of the index segments of a database. */
export interface IndexRoot {
  /** Opaque here: src/db writes and reads it. Names every live segment. Empty bytes: there was one, and it is lost. */
  readonly body: Uint8Array
  /** The `t` that the segments reach. */
  readonly t: number
}

export interface IndexHead {
  /** How often somebody began to index: who holds an older number can change nothing any more. 0 at first. */
  readonly epoch: number
  /** Ids from here on have never been written. 1 at first. */
  readonly nextId: number
}

/** What changes in one atomic step of indexing. A big change keeps others waiting: about 1 MiB a step is a good measure. */
export interface IndexCommit {
  /** Written; every id is at least the head's nextId, which moves beyond the greatest. At most 60 KiB each is fastest. */
  readonly write?: ReadonlyMap<number, Uint8Array>
  /** Replaces the root. Its t is at most the confirmed head's, and at least the present root's unless `rebuild`. */
  readonly root?: IndexRoot
  /** The indexes are made anew from the log: the root's t may go back. */
  readonly rebuild?: boolean
  /** Ids that are not there are ignored. Some twenty a step: a full disk may not take a big deletion. */
  readonly remove?: readonly number[]
  /**
   * Default `strict` with a root, since what the one before it named may be removed afterwards; otherwise `relaxed`: a root
   * that survives a power loss is preceded by everything that was written before it.
   */
  readonly durability?: 'relaxed' | 'strict'
}

export interface LocalState {
  readonly heads: LocalHeads
  /** What has not left the queue, by seq: as far as it was asked for. */
  readonly queue: readonly QueueRow[]
  /** The seq up to which everything has left the queue. */
  readonly done: number
  /** In the order of refusal. */
  readonly rejected: readonly RejectedRow[]
  readonly meta: ReadonlyMap<string, unknown>
  /** undefined when nothing was ever indexed, and where it reaches no further than was asked for. */
  readonly root: IndexRoot | undefined
}

/**
 * One database of one replica (or of nobody but itself). Every call of a closed one is `storage/closed` with `data.reason`:
 * 'closed', or 'destroyed' when the database was removed underneath, be it that another of its name is there now.
 */
export interface LocalStore {
  /**
   * Heads, queue, rejected, meta and root, all of one moment. A root whose `t` is not beyond `rootBeyond` is not read: its bytes
   * are many, and whoever has that one needs them no more. So with rows of the queue whose seq is not beyond `queueBeyond`.
   */
  read(rootBeyond?: number, queueBeyond?: number): Promise<LocalState>
  /** Rows with `from <= t`, in order, at most `limit`. `storage/corrupt` when one is missing. */
  readLog(from: number, limit?: number): Promise<readonly LogRow[]>
  /** All or nothing, durable when it resolves. `lost`: an expected head had moved and nothing was changed. */
  commit(change: LocalCommit): Promise<'committed' | 'lost'>
  /** undefined when nothing was ever indexed. */
  readRoot(): Promise<IndexRoot | undefined>
  /**
   * In the order of `ids`; undefined for one that is not there (any more). One batch. `storage/corrupt` with
   * `data.segment` when the place has one and cannot read it.
   */
  readSegments(ids: readonly number[]): Promise<readonly (Uint8Array | undefined)[]>
  /** Takes the right to index from whoever has it. */
  beginIndexing(): Promise<{ readonly head: IndexHead; readonly root: IndexRoot | undefined }>
  /** One atomic step of whoever began at `epoch`; `lost`: another has begun since, and nothing was changed. */
  commitIndex(epoch: number, change: IndexCommit): Promise<'committed' | 'lost'>
  /** Ids of all stored segments, ascending. */
  segmentIds(): Promise<readonly number[]>
  /**
   * Calls `listener` after another store's commit or new root, perhaps more often: a hint to read the tail. Returns the way
   * to stop.
   */
  watch(listener: () => void): () => void
  /** What is under way finishes. */
  close(): Promise<void>
}

export interface LocalStorage {
  /** Opens, and creates when it is not there. */
  open(name: string): Promise<LocalStore>
  /** Removes the database and everything in it; stores that are open end. `storage/blocked` when somebody holds it. */
  destroy(name: string): Promise<void>
}

/** What the remote decided about one pushed transaction, for ever. */
export interface OutcomeRow {
  readonly txid: string
  readonly replica: string
  readonly seq: number
  /** The place in the log of a confirmed one. */
  readonly t: number | undefined
  /** `code` and `detail` (JSON text) of a refused one; code 'withdrawn' when nothing was to be decided. */
  readonly code: string | undefined
  readonly detail: string | undefined
}

export interface ReplicaRow {
  readonly replica: string
  readonly epoch: number
  /** The nonce of the registration that made this epoch. */
  readonly nonce: string
  readonly lastSeq: number
  readonly lastTxid: string
  /** Who it belongs to, as the server authenticated them; '' for nobody in particular. */
  readonly principal: string
}

export interface RemoteHead extends ConfirmedHead {
  /** Changes when the log was restored from a backup. */
  readonly epoch: string
  /** The next entity id that a lease or the server itself may mint. 0 until a commit says another. */
  readonly nextId: number
  /** How often facts were taken out of the log. */
  readonly excisions: number
}

export interface LeaseRow {
  readonly replica: string
  /** Ids `from ..< to`. */
  readonly from: number
  readonly to: number
}

/** An id that a replica minted, and what it became. */
export interface AliasRow {
  readonly replica: string
  readonly id: number
  readonly final: number
}

/**
 * What changes in one atomic step on the server: records, outcomes and the replica's place together. What is refused takes
 * no `t`, so two nodes can serve one replica at one head: outcomes and replica are compared as well.
 */
export interface RemoteCommit {
  /** The head must still have this t, nextId and, where it is given, epoch, else `lost`. */
  readonly expect: { readonly t: number; readonly nextId: number; readonly epoch?: string }
  /** Never less than before. */
  readonly nextId?: number
  /** Appended, dense after `expect.t`; no txid twice. */
  readonly log?: readonly LogRow[]
  /**
   * The t, within `log`, of a transaction that says that facts were taken out of the log. It is counted, and whatever the store
   * holds as detail of refusals, which may tell of those facts, becomes undefined.
   */
  readonly excision?: number
  /** Rows of the log that get another body in place, and nothing else. Requires `excision`. */
  readonly rewrite?: readonly LogRow[]
  /** One whose txid has an outcome already makes the commit `lost`. */
  readonly outcomes?: readonly OutcomeRow[]
  /**
   * Each ahead of the stored one by (epoch, lastSeq), with its nonce and principal within one epoch, or equal to it; else `lost`.
   * At most one a replica.
   */
  readonly replicas?: readonly ReplicaRow[]
  /** Between `expect.nextId` and the new `nextId`, none overlapping another. */
  readonly leases?: readonly LeaseRow[]
  /** At most one per replica and id, for ever. */
  readonly aliases?: readonly AliasRow[]
}

/** The one ordered log of one database, with what belongs to it. */
export interface RemoteStore {
  head(): Promise<RemoteHead>
  readLog(from: number, limit?: number): Promise<readonly LogRow[]>
  outcomes(txids: readonly string[]): Promise<ReadonlyMap<string, OutcomeRow>>
  replicas(ids: readonly string[]): Promise<ReadonlyMap<string, ReplicaRow>>
  /** Every one ever granted to any of these, by `from`. */
  leases(replicas: readonly string[]): Promise<readonly LeaseRow[]>
  /** By replica and id; of these `ids` alone, where they are given. */
  aliases(replicas: readonly string[], ids?: readonly number[]): Promise<readonly AliasRow[]>
  /** Refused ones, withdrawn ones not, by replica and seq, at most `limit`. */
  refusals(limit: number): Promise<readonly OutcomeRow[]>
  /** The t of each excision but the first so many, in order. */
  excisions(after: number): Promise<readonly number[]>
  commit(change: RemoteCommit): Promise<'committed' | 'lost'>
  /** As {@link LocalStore.watch}, for the log only: another node may have appended. */
  watch(listener: () => void): () => void
  close(): Promise<void>
}

export interface RemoteStorage {
  /** Opens, and creates when it is not there. */
  open(name: string): Promise<RemoteStore>
  /** Rejects with `storage/…` while it cannot be used. Absent: it always can. */
  check?(): Promise<void>
  /** Ends its stores too. */
  close(): Promise<void>
}

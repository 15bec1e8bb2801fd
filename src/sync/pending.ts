import { PENDING_BASE } from '../datom/ids.ts'
import type { QueueRow } from '../storage/port.ts'
import { decodeQueueBody, encodeQueueBody, type QueueBody } from './queue-body.ts'
import type { ReplicaMeta } from './replica-meta.ts'

/** A transaction in the queue. */
export interface Pending {
  readonly seq: number
  readonly txid: string
  readonly body: QueueBody
  /** Its place in the log, when its record is here and only the outcome of an earlier one is not. */
  readonly t: number | undefined
  /** Decided anew here, and not stored yet. */
  readonly unsaved?: boolean
}

/** The entity of the transaction queued at `seq`: seqs are never reused, so neither are these. */
export const pendingTx = (seq: number): number => PENDING_BASE + seq
/** Its inverse. */
export const seqOfPendingTx = (tx: number): number => tx - PENDING_BASE

/** Whether it still waits and means something: not taken back, and not confirmed. */
export const isInView = ({ t, body }: Pending): boolean => t === undefined && !body.withdrawn

/** Whether the prediction holds in the queue that `meta` belongs to, and was not made on other facts. */
export const isCurrent = (
  { seq, body }: Pick<Pending, 'seq' | 'body'>,
  { generation, decidedTo }: Pick<ReplicaMeta, 'generation' | 'decidedTo'>,
): boolean => body.generation === generation || seq <= decidedTo

/** Those whose stored row says something else. */
export const unsaved = (entries: readonly Pending[]): readonly Pending[] => entries.filter((p) => p.unsaved)
/** The same once their rows are stored. */
export const saved = (entries: readonly Pending[]): readonly Pending[] =>
  entries.map((p) => (p.unsaved ? { ...p, unsaved: false } : p))

export const toQueueRow = ({ seq, txid, body, t }: Pending): QueueRow => ({ seq, txid, body: encodeQueueBody(body, t) })
/** Throws `storage/corrupt`. */
export const fromQueueRow = (row: QueueRow): Pending => ({ seq: row.seq, txid: row.txid, ...decodeQueueBody(row) })

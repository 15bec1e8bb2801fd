import type { ErrorCode } from '../base/errors.ts'
import type { TxData } from '../datom/tx-data.ts'
import { decodeTxData, encodeTxData } from '../engine/record.ts'
import type { QueueRow } from '../storage/port.ts'
import { toCbor } from './cbor.ts'
import { EVERYTHING, type Footprint } from './footprint.ts'
import { readStored } from './stored-body.ts'

/** What a replica keeps of a transaction that waits, beside seq and txid. */
export interface QueueBody {
  /** Forms, as CBOR: the push sends them as they are. */
  readonly intent: Uint8Array
  /** The ids given to new entities, by tempid: proposed to every later run. */
  readonly ids: ReadonlyMap<string, number>
  /** The confirmed `t` that its author saw, and the author's clock, ms since 1970. */
  readonly basis: number
  readonly instant: number
  /** Pending transaction entities that the forms may name, and whose they are. */
  readonly txs: ReadonlyMap<number, string>
  /** The refused transaction that this one sends again. */
  readonly retryOf: string | undefined
  /** An installation of schema: withdrawn when it becomes empty. */
  readonly schema: boolean
  /** Taken back: pushed as a withdrawal. */
  readonly withdrawn: boolean
  /** The generation in which `predicted` was decided. */
  readonly generation: number
  /** What it came to here; undefined when it cannot be predicted, or was taken back. */
  readonly predicted: TxData | undefined
  /** What was read to decide it. */
  readonly footprint: Footprint
  /** Of `ids`, those that turned out to be other entities, and which. */
  readonly replaced: ReadonlyMap<number, number>
  /** Why it could not be predicted. */
  readonly conflict: { readonly code: ErrorCode; readonly message: string } | undefined
}

/** Layout of a queue row's body, as CBOR. Reaches disk: only ever add fields. */
interface Stored {
  /** Format. */
  readonly f: 1
  readonly intent: Uint8Array
  readonly ids: readonly (readonly [string, number])[]
  readonly basis: number
  readonly instant: number
  readonly txs: readonly (readonly [number, string])[]
  readonly retryOf?: string
  readonly schema?: true
  readonly withdrawn?: true
  readonly generation: number
  readonly predicted?: ReturnType<typeof encodeTxData>
  /** Absent in rows of early versions: everything. */
  readonly footprint?: readonly string[]
  readonly replaced: readonly (readonly [number, number])[]
  readonly conflict?: { readonly code: ErrorCode; readonly message: string }
  /** Where its record lies, which came before the outcome of an earlier one. */
  readonly t?: number
}

/** `t`: where the transaction's record lies, if it is here. */
export function encodeQueueBody(body: QueueBody, t: number | undefined): Uint8Array {
  const stored: Stored = {
    f: 1,
    intent: body.intent,
    ids: [...body.ids],
    basis: body.basis,
    instant: body.instant,
    txs: [...body.txs],
    ...(body.retryOf !== undefined && { retryOf: body.retryOf }),
    ...(body.schema && { schema: true }),
    ...(body.withdrawn && { withdrawn: true }),
    generation: body.generation,
    ...(body.predicted && { predicted: encodeTxData(body.predicted) }),
    footprint: [...body.footprint],
    replaced: [...body.replaced],
    ...(body.conflict && { conflict: body.conflict }),
    ...(t !== undefined && { t }),
  }
  return toCbor(stored)
}

/** What {@link encodeQueueBody} was given. Throws `storage/corrupt` naming the transaction. */
export const decodeQueueBody = (row: QueueRow): { readonly body: QueueBody; readonly t: number | undefined } =>
  readStored(row, 'queued', (s: Stored) => ({
    t: s.t,
    body: {
      intent: s.intent,
      ids: new Map(s.ids),
      basis: s.basis,
      instant: s.instant,
      txs: new Map(s.txs),
      retryOf: s.retryOf,
      schema: s.schema === true,
      withdrawn: s.withdrawn === true,
      generation: s.generation,
      predicted: s.predicted && decodeTxData(s.predicted),
      footprint: s.footprint === undefined ? EVERYTHING : new Set(s.footprint),
      replaced: new Map(s.replaced),
      conflict: s.conflict,
    },
  }))

import type { ErrorCode } from '../base/errors.ts'
import type { TxData } from '../datom/tx-data.ts'
import { decodeTxData, encodeTxData } from '../engine/record.ts'
import type { RejectedRow } from '../storage/port.ts'
import { toCbor } from './cbor.ts'
import { readStored } from './stored-body.ts'

/** What a replica keeps of a transaction that the remote refused. */
export interface RejectedBody {
  readonly intent: Uint8Array
  readonly ids: ReadonlyMap<string, number>
  readonly txs: ReadonlyMap<number, string>
  readonly instant: number
  readonly code: ErrorCode
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
  /** The entity that it had, and what it came to here when it could last be made. Absent in rows of early versions. */
  readonly tx?: number
  readonly predicted?: TxData
}

/** Layout of a rejected row's body, as CBOR. Reaches disk: only ever add fields. */
interface StoredRejected extends Omit<RejectedBody, 'ids' | 'txs' | 'predicted'> {
  readonly f: 1
  readonly ids: readonly (readonly [string, number])[]
  readonly txs: readonly (readonly [number, string])[]
  readonly predicted?: ReturnType<typeof encodeTxData>
}

export function encodeRejectedBody({ ids, txs, predicted, ...rest }: RejectedBody): Uint8Array {
  const stored: StoredRejected = {
    f: 1,
    ...rest,
    ids: [...ids],
    txs: [...txs],
    ...(predicted && { predicted: encodeTxData(predicted) }),
  }
  return toCbor(stored)
}

/** Throws `storage/corrupt` naming the transaction. */
export function decodeRejectedBody(row: RejectedRow): RejectedBody {
  return readStored(row, 'refused', ({ f: _, ids, txs, predicted, ...rest }: StoredRejected): RejectedBody => {
    const decoded = predicted && { predicted: decodeTxData(predicted) }
    return { ...rest, ids: new Map(ids), txs: new Map(txs), ...decoded }
  })
}

import type { ErrorCode } from '../base/errors.ts'
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
}

/** Layout of a rejected row's body, as CBOR. Reaches disk: only ever add fields. */
interface StoredRejected extends Omit<RejectedBody, 'ids' | 'txs'> {
  readonly f: 1
  readonly ids: readonly (readonly [string, number])[]
  readonly txs: readonly (readonly [number, string])[]
}

export function encodeRejectedBody(body: RejectedBody): Uint8Array {
  const stored: StoredRejected = { f: 1, ...body, ids: [...body.ids], txs: [...body.txs] }
  return toCbor(stored)
}

/** Throws `storage/corrupt` naming the transaction. */
export function decodeRejectedBody(row: RejectedRow): RejectedBody {
  return readStored(row, 'refused', ({ f: _, ids, txs, ...rest }: StoredRejected): RejectedBody => {
    return { ...rest, ids: new Map(ids), txs: new Map(txs) }
  })
}

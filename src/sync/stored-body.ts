import { AnnalsError } from '../base/errors.ts'
import { fromCbor } from './cbor.ts'

/** Own bytes are read with no other limit than that they end. Collections within each other: ours have fewer. */
const OWN = { maxBytes: Number.POSITIVE_INFINITY, maxDepth: 100 }

/** Reads the body of a row of ours, of format 1. Throws `storage/corrupt` naming the transaction. */
export function readStored<T extends { readonly f: 1 }, Body>(
  row: { readonly txid: string; readonly body: Uint8Array },
  what: 'queued' | 'refused',
  read: (stored: T) => Body,
): Body {
  try {
    const stored = fromCbor(row.body, OWN) as T
    if (stored.f !== 1) throw new RangeError(`format ${String(stored.f)} is not known`)
    return read(stored)
  } catch (cause) {
    throw new AnnalsError(
      'storage/corrupt',
      `the ${what} transaction ${row.txid} cannot be read`,
      { id: row.txid },
      { cause },
    )
  }
}

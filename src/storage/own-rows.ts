import { AnnalsError } from '../base/errors.ts'
import type { IndexRoot, LogRow, QueueRow, RejectedRow } from './port.ts'

// Rows cross the port by value: the caller may change its bytes the moment a call returns. The copies are of exact size,
// because a structured clone of a small view stores the whole buffer behind it. (`slice` would not do: a Node Buffer's
// shares its memory.)

export const ownLogRow = ({ t, txid, body, hash }: LogRow): LogRow => ({ t, txid, body: new Uint8Array(body), hash })

export const ownQueueRow = ({ seq, txid, body }: QueueRow): QueueRow => ({ seq, txid, body: new Uint8Array(body) })

export const ownRejectedRow = ({ txid, body }: RejectedRow): RejectedRow => ({ txid, body: new Uint8Array(body) })

export const ownRoot = ({ body, t }: IndexRoot): IndexRoot => ({ body: new Uint8Array(body), t })

export const ownSegments = (segments: ReadonlyMap<number, Uint8Array>): Map<number, Uint8Array<ArrayBuffer>> =>
  new Map(Array.from(segments, ([id, bytes]) => [id, new Uint8Array(bytes)]))

const isPlain = (value: unknown): boolean => typeof value === 'number' || typeof value === 'string'

/** Named values, cloned. `storage/failed` names the one that holds something that cannot be stored (a function, a proxy). */
export function ownMeta(meta: ReadonlyMap<string, unknown>): Map<string, unknown> {
  const own = new Map<string, unknown>()
  for (const [name, value] of meta) {
    try {
      own.set(name, isPlain(value) ? value : structuredClone(value))
    } catch (cause) {
      throw new AnnalsError('storage/failed', `The value of "${name}" cannot be stored: ${cause}`, { name }, { cause })
    }
  }
  return own
}

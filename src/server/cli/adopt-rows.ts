import { AnnalsError } from '../../base/errors.ts'
import type { ConfirmedHead, LogRow } from '../../storage/port.ts'
import { fromCbor, toCbor } from '../../sync/cbor.ts'
import { PROTOCOL } from '../../sync/protocol.ts'
import { refusalOf } from '../../sync/transport.ts'

export interface Target {
  readonly url: string
  readonly token: string | undefined
  readonly send: typeof fetch
}

/** Has `rows` appended after `after`; resolves to where the log then stands. Rejects with what the server says. */
export async function adoptRows(
  { url, token, send }: Target,
  { t, hash }: ConfirmedHead,
  rows: readonly LogRow[],
): Promise<number> {
  const response = await send(`${url}/adopt`, {
    method: 'POST',
    headers: { 'content-type': 'application/cbor', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: toCbor({ protocol: PROTOCOL, t, hash, rows }) as Uint8Array<ArrayBuffer>,
  }).catch((cause: unknown) => {
    throw new AnnalsError('sync/unreachable', `the server at ${url} cannot be reached`, {}, { cause })
  })
  if (!response.ok) throw await refusalOf(response)
  const answer = fromCbor(new Uint8Array(await response.arrayBuffer()), { maxBytes: 1024, maxDepth: 4 })
  return (answer as { t: number }).t
}

import { AnnalsError } from '../../base/errors.ts'
import { fromCbor } from '../../sync/cbor.ts'
import type { Refusal } from '../../sync/protocol.ts'
import { readRefusals } from '../../sync/read-answer.ts'
import { refusalOf } from '../../sync/transport.ts'

export interface Target {
  readonly url: string
  readonly token: string | undefined
  readonly send: typeof fetch
}

const MAX_BYTES = 256 * 1024 * 1024

/** What the server refused, by replica and in the order of its queue. Rejects with what the server says. */
export async function askRefusals({ url, token, send }: Target): Promise<readonly Refusal[]> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const response = await send(`${url}/refusals`, { headers }).catch((cause: unknown) => {
    throw new AnnalsError('sync/unreachable', `the server at ${url} cannot be reached`, {}, { cause })
  })
  if (!response.ok) throw await refusalOf(response)
  return readRefusals(fromCbor(new Uint8Array(await response.arrayBuffer()), { maxBytes: MAX_BYTES, maxDepth: 64 }))
}

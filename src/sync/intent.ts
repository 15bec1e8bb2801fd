import { AnnalsError } from '../base/errors.ts'
import { fromCbor, toCbor } from './cbor.ts'
import { MAX_INTENT_DEPTH } from './own-forms.ts'

/** Forms as they are queued and sent: CBOR. */
export const encodeIntent = (forms: readonly unknown[]): Uint8Array => toCbor(forms)

/** Throws `sync/malformed`, also for what is nested deeper than `maxDepth`. */
export function decodeIntent(bytes: Uint8Array, maxDepth = MAX_INTENT_DEPTH): readonly unknown[] {
  const forms = fromCbor(bytes, { maxBytes: Number.POSITIVE_INFINITY, maxDepth })
  if (!Array.isArray(forms)) throw new AnnalsError('sync/malformed', 'an intent is a list of forms')
  return forms
}

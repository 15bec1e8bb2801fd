import { decimalText } from './decimal.ts'
import { tupleMembers } from './tuple.ts'
import { FIRST_PLAIN, MAX_INSTANT_MS, type Value } from './value.ts'

/** What applications see of a value: JavaScript's own types, keywords as ':a/b', tuples as arrays (null is absent). */
export type Shown = boolean | number | bigint | string | Date | Uint8Array | readonly (Shown | null)[]

/** Milliseconds since 1970 of an instant value. */
export function instantMs(v: Value): number {
  const text = v as string
  return text[1] === '0' ? Number(text.slice(2)) - MAX_INSTANT_MS : Number(text.slice(2))
}

function bytesOf(payload: string): Uint8Array {
  const out = new Uint8Array(payload.length)
  for (let i = 0; i < payload.length; i++) out[i] = payload.charCodeAt(i)
  return out
}

/** A value as applications see it. The inverse of reading, save that long, double and ref are all numbers. */
export function showValue(v: Value): Shown {
  if (typeof v !== 'string') return v
  const first = v.charCodeAt(0)
  if (!(first < FIRST_PLAIN)) return v
  const payload = v.slice(1)
  switch (first) {
    case 1:
      return decimalText(payload)
    case 2:
      return new Date(instantMs(v))
    case 7:
      return bytesOf(payload)
    case 8:
      return tupleMembers(payload).map((m) => (m === null ? null : showValue(m)))
    default: // an escaped string, or keyword, symbol, uuid, uri: the payload is the text
      return payload
  }
}

import { AnnalsError } from '../base/errors.ts'
import { describe } from '../datom/read-value.ts'

/** Collections within each other, in transaction data that is queued. The server reads no deeper. */
export const MAX_INTENT_DEPTH = 64

/**
 * A copy of transaction data that nobody else can change, of what can be stored and sent: null, booleans, numbers, bigints,
 * strings, Dates, bytes, arrays, Maps, Sets and plain objects (without their undefined properties). Throws `tx/malformed`
 * for a function, an instance of a class or a cycle; `value/lone-surrogate`.
 */
export const ownForms = (forms: readonly unknown[]): readonly unknown[] => forms.map((form) => own(form, 1))

function own(x: unknown, depth: number): unknown {
  switch (typeof x) {
    case 'string':
      if (!x.isWellFormed()) throw new AnnalsError('value/lone-surrogate', 'a string holds half of a surrogate pair')
      return x
    case 'number':
      return x === 0 ? 0 : x
    case 'boolean':
    case 'bigint':
      return x
    case 'undefined':
      return null
    case 'object':
      return x === null ? null : ownObject(x, depth + 1)
    default:
      throw refuse(x)
  }
}

function ownObject(x: object, depth: number): unknown {
  if (depth > MAX_INTENT_DEPTH) {
    throw new AnnalsError(
      'tx/malformed',
      `transaction data is nested deeper than ${MAX_INTENT_DEPTH} (or within itself)`,
    )
  }
  if (Array.isArray(x)) return Array.from(x, (item) => own(item, depth))
  if (x instanceof Date) {
    if (Number.isNaN(x.getTime())) throw new AnnalsError('value/malformed', 'transaction data holds an invalid Date')
    return new Date(x)
  }
  if (x instanceof Uint8Array) return new Uint8Array(x)
  if (x instanceof Set) return new Set(Array.from(x, (item) => own(item, depth)))
  if (x instanceof Map) return new Map(Array.from(x, ([k, v]) => [own(k, depth), own(v, depth)]))
  const proto: unknown = Object.getPrototypeOf(x)
  if (proto !== Object.prototype && proto !== null) throw refuse(x)
  const out: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(x)) {
    if (key === '__proto__') throw new AnnalsError('tx/malformed', 'transaction data has a key __proto__')
    if (value !== undefined) out[key] = own(value, depth)
  }
  return out
}

const refuse = (x: unknown): AnnalsError =>
  new AnnalsError('tx/malformed', `${describe(x)} cannot be stored or sent: transaction data is plain data`)

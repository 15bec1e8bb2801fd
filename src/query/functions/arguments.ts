import { instantMs, showValue } from '../../datom/show-value.ts'
import { tupleMembers, tuplePayload } from '../../datom/tuple.ts'
import { FIRST_PLAIN, kindOf, Tag, type Value } from '../../datom/value.ts'
import { badArgument, isList, type Result } from '../builtin.ts'

/** A list as one value, a tuple; lists in it become tuples too. */
export function asValue(x: Result): Value | null {
  return isList(x) ? Tag.tuple + tuplePayload(x.map(asValue)) : x
}

export function valueArg(x: Result | undefined): Value {
  const v = x === undefined ? null : asValue(x)
  if (v === null) throw badArgument('a value', null)
  return v
}

export function integerArg(x: Result | undefined): number {
  if (typeof x !== 'number' || !Number.isInteger(x)) throw badArgument('an integer', x ?? null)
  return x
}

/** The text of a string. */
export function textArg(x: Result | undefined): string {
  if (typeof x === 'string' && x.charCodeAt(0) >= FIRST_PLAIN) return x
  if (typeof x !== 'string' || kindOf(x) !== 'string') throw badArgument('a string', x ?? null)
  return showValue(x) as string
}

/** The milliseconds of an instant. */
export function instantArg(x: Result | undefined): number {
  if (typeof x !== 'string' || kindOf(x) !== 'instant') throw badArgument('an instant', x ?? null)
  return instantMs(x)
}

/** The members of a list or a tuple. */
export function listArg(x: Result | undefined): readonly Result[] {
  if (x !== undefined && isList(x)) return x
  if (typeof x === 'string' && kindOf(x) === 'tuple') return tupleMembers(x.slice(1))
  throw badArgument('a list or a tuple', x ?? null)
}

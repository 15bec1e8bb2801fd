import { isNumeric } from '../../datom/decimal.ts'
import { kindOf, type Value, type ValueKind } from '../../datom/value.ts'
import { type Builtin, isList, type Result } from '../builtin.ts'

const ofKind = (...kinds: readonly ValueKind[]): Builtin => ({
  arity: [1, 1],
  apply: ([x]) => x !== null && x !== undefined && !isList(x) && kinds.includes(kindOf(x)),
})
const isValue = (x: Result | undefined): x is Value => x !== null && x !== undefined && !isList(x)

/** What kind of value something is. Long, double and ref are all numbers. */
export const TYPES: Readonly<Record<string, Builtin>> = {
  'boolean?': ofKind('boolean'),
  'string?': ofKind('string'),
  'keyword?': ofKind('keyword'),
  'symbol?': ofKind('symbol'),
  'uuid?': ofKind('uuid'),
  'uri?': ofKind('uri'),
  'inst?': ofKind('instant'),
  'bytes?': ofKind('bytes'),
  'decimal?': ofKind('bigdec'),
  'number?': { arity: [1, 1], apply: ([x]) => isValue(x) && isNumeric(x) },
  'integer?': { arity: [1, 1], apply: ([x]) => typeof x === 'bigint' || Number.isInteger(x) },
  'vector?': { arity: [1, 1], apply: ([x]) => (x !== undefined && isList(x)) || (isValue(x) && kindOf(x) === 'tuple') },
}

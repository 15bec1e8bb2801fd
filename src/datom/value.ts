import { compareDecimalCells, isNumeric, numericKey } from './decimal.ts'

/**
 * A value inside the engine: a JavaScript primitive that says its own type, so that equality is `===`, a Map key is the
 * value itself, and a column is an array of them.
 *
 *     boolean, long, double, ref, bigint     the JavaScript boolean, number or bigint
 *     string                                 itself; one that starts with U+0000..U+0008 is prefixed with U+0000
 *     every other type                       a string with one prefix character (below) and a payload whose UTF-16 order
 *                                            is the order of the type
 *
 * Escaping keeps the order of strings, because U+0000 sorts before every unescaped first character.
 */
export type Value = boolean | number | bigint | string

/** First characters of the prefixed types. Reach disk: never renumber. */
export const Tag = {
  escaped: '\u0000',
  bigdec: '\u0001',
  instant: '\u0002',
  keyword: '\u0003',
  symbol: '\u0004',
  uuid: '\u0005',
  uri: '\u0006',
  bytes: '\u0007',
  tuple: '\u0008',
} as const
/** The greatest distance of a Date from 1970, ms. */
export const MAX_INSTANT_MS = 8.64e15
/** The first character code that an unescaped string may begin with. */
export const FIRST_PLAIN = 9

export type ValueKind =
  | 'boolean'
  | 'number'
  | 'bigint'
  | 'bigdec'
  | 'instant'
  | 'string'
  | 'keyword'
  | 'symbol'
  | 'uuid'
  | 'uri'
  | 'bytes'
  | 'tuple'
const KINDS: readonly ValueKind[] = [
  'string',
  'bigdec',
  'instant',
  'keyword',
  'symbol',
  'uuid',
  'uri',
  'bytes',
  'tuple',
]

/** What kind of value this is. Long, double and ref are all `number`: an entity id is a number, as in Datomic. */
export function kindOf(v: Value): ValueKind {
  switch (typeof v) {
    case 'string': {
      const first = v.charCodeAt(0)
      return first < FIRST_PLAIN ? (KINDS[first] as ValueKind) : 'string'
    }
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    default:
      return 'bigint'
  }
}

const RANK: Record<ValueKind, number> = {
  boolean: 0,
  number: 1,
  bigint: 1,
  bigdec: 1,
  instant: 2,
  string: 3,
  keyword: 4,
  symbol: 5,
  uuid: 6,
  uri: 7,
  bytes: 8,
  tuple: 9,
}

/**
 * The one total order over all values, used by every index, comparison and test: boolean < number < instant < string <
 * keyword < symbol < uuid < uri < bytes < tuple; numbers of every type by mathematical value, strings by UTF-16 unit,
 * absent tuple members first. Negative, zero or positive.
 */
export function compareValues(a: Value, b: Value): number {
  if (a === b) return 0
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : 1
  if (typeof a === 'string' && typeof b === 'string') {
    const x = a.charCodeAt(0)
    const y = b.charCodeAt(0)
    if (x === y || (x >= FIRST_PLAIN && y >= FIRST_PLAIN)) return a < b ? -1 : 1
  }
  const ka = kindOf(a)
  const kb = kindOf(b)
  if (ka === kb && ka !== 'boolean') return a < b ? -1 : 1
  const rank = RANK[ka] - RANK[kb]
  if (rank !== 0) return rank
  if (ka === 'boolean') return a === true ? 1 : -1
  return compareDecimalCells(a, b)
}

/** Whether two values unify: the same value of the same kind, or numbers that are mathematically equal. */
export function sameValue(a: Value, b: Value): boolean {
  if (a === b) return true
  if (typeof a === 'number' && typeof b === 'number') return false
  return isNumeric(a) && isNumeric(b) && compareDecimalCells(a, b) === 0
}

/** A primitive that is `===` for two values exactly when they unify: a Map or Set key for hash joins and distinct rows. */
export function unifyKey(v: Value): Value {
  if (typeof v === 'number' || typeof v === 'boolean') return v
  return isNumeric(v) ? numericKey(v) : v
}

import { AnnalsError } from '../base/errors.ts'
import { isKeyword, isList, isLiteral, isSym, type Literal } from './atoms.ts'
import { decimalPayload } from './decimal.ts'
import { tuplePayload } from './tuple.ts'
import { FIRST_PLAIN, MAX_INSTANT_MS, Tag, type Value } from './value.ts'
import type { ValueType } from './value-type.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const URI = /^[a-zA-Z][a-zA-Z0-9+.-]*:[^\s<>"{}|\\^`]*$|^[^\s<>"{}|\\^`:]*$/
/** Bigints lie between this and its opposite: 4 KiB, as much as is read off the wire. */
const BIGINT_END = 2n ** 32_767n
/** Members of a tuple attribute: 2 to 8, as in Datomic. */
const TUPLE_MAX = 8

/** Strings as values: see {@link Value} for the escape. Throws `value/lone-surrogate`. */
export function stringValue(s: string): Value {
  if (!s.isWellFormed()) {
    throw new AnnalsError(
      'value/lone-surrogate',
      'a string holds half of a surrogate pair; strings must be well-formed',
    )
  }
  return s.charCodeAt(0) < FIRST_PLAIN ? Tag.escaped + s : s
}
/** The keyword value for `:a/b`, given with or without its colon. */
export const keywordValue = (name: string): Value => Tag.keyword + (name.startsWith(':') ? name : `:${name}`)
/**
 * The instant value for milliseconds since 1970: '1' and 16 digits, before 1970 '0' and the digits of the distance from the
 * least Date. Fixed width, so that text order is time order.
 */
export const instantValue = (ms: number): Value =>
  Tag.instant + (ms < 0 ? `0${String(ms + MAX_INSTANT_MS).padStart(16, '0')}` : `1${String(ms).padStart(16, '0')}`)
/** The bytes value: one UTF-16 unit for each byte. */
export function bytesValue(bytes: Uint8Array): Value {
  let out: string = Tag.bytes
  for (let i = 0; i < bytes.length; i += 8192) out += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return out
}

/** How `x` looks in a message: short, and its JavaScript type named. */
export function describe(x: unknown): string {
  if (isKeyword(x)) return `keyword ${x.$kw}`
  if (isLiteral(x)) return isLiteral(x.$lit) ? 'a literal of a literal' : describe(x.$lit)
  if (isList(x)) return describe(x.$list)
  if (isSym(x)) return `symbol ${x.$sym}`
  if (x === null || x === undefined) return String(x)
  if (typeof x === 'string') return `string ${JSON.stringify(x.length > 60 ? `${x.slice(0, 57)}…` : x)}`
  if (typeof x === 'bigint') return `bigint ${x}n`
  if (x instanceof Date) return Number.isNaN(x.getTime()) ? 'an invalid Date' : `a Date, ${x.toISOString()}`
  if (Array.isArray(x)) return `a list of ${x.length}`
  if (typeof x === 'object') {
    const kind = Object.prototype.toString.call(x).slice(8, -1)
    return kind === 'Object' ? 'an object' : `an object (${kind})`
  }
  return `${typeof x} ${String(x)}`
}

const WANTED: Record<Exclude<ValueType, 'tuple'>, string> = {
  boolean: 'true or false',
  long: 'an integer',
  bigint: 'a bigint or an integer',
  double: 'a number',
  bigdec: "a decimal as text, such as '12.50'",
  instant: 'a valid Date',
  string: 'a string',
  keyword: "a keyword, such as ':green'",
  symbol: 'a symbol as text',
  uuid: 'a UUID as text',
  uri: 'a URI as text',
  bytes: 'a Uint8Array',
  ref: 'an entity id',
}

/**
 * Reads `x` as a value of `type`; `where` (an attribute's ident) is for messages. Tuples and refs that are more than an id
 * are the callers' matter. Throws `value/wrong-type`, `value/out-of-range`, `value/malformed` or `value/lone-surrogate`.
 */
export function readValue(type: Exclude<ValueType, 'tuple'>, x: unknown, where: string): Value {
  const input = isLiteral(x) ? x.$lit : x
  switch (type) {
    case 'boolean':
      if (typeof input !== 'boolean') throw wrong(type, input, where)
      return input
    case 'long':
    case 'ref':
      if (typeof input === 'bigint') throw type === 'ref' ? wrong(type, input, where) : range(type, input, where)
      if (typeof input !== 'number' || (!Number.isInteger(input) && Number.isFinite(input)))
        throw wrong(type, input, where)
      if (!Number.isSafeInteger(input)) throw range(type, input, where)
      return input === 0 ? 0 : input
    case 'bigint':
      if (typeof input === 'bigint') {
        if (input <= -BIGINT_END || input >= BIGINT_END) throw range(type, input, where)
        return input
      }
      if (typeof input !== 'number' || !Number.isInteger(input)) throw wrong(type, input, where)
      if (!Number.isSafeInteger(input)) throw range(type, input, where)
      return BigInt(input)
    case 'double':
      if (typeof input !== 'number') throw wrong(type, input, where)
      if (Number.isNaN(input)) throw range(type, input, where)
      return input === 0 ? 0 : input
    case 'bigdec': {
      const text = typeof input === 'bigint' || Number.isSafeInteger(input) ? String(input) : input
      if (typeof text !== 'string') throw wrong(type, input, where)
      const payload = decimalPayload(text)
      if (payload === undefined) throw malformed(type, input, where)
      return Tag.bigdec + payload
    }
    case 'instant': {
      if (!(input instanceof Date)) throw wrong(type, input, where)
      const ms = input.getTime()
      if (Number.isNaN(ms)) throw malformed(type, input, where)
      return instantValue(ms)
    }
    case 'string':
      if (typeof input !== 'string') throw wrong(type, input, where)
      return stringValue(input)
    case 'keyword': {
      const name = isKeyword(input) ? input.$kw : input
      if (typeof name !== 'string' || !/^:[^\s:]/.test(name)) throw wrong(type, input, where)
      stringValue(name) // refuses what no text may hold
      return keywordValue(name)
    }
    case 'symbol': {
      const name = isSym(input) ? input.$sym : input
      if (typeof name !== 'string' || !/^[^:]/.test(name)) throw wrong(type, input, where)
      stringValue(name)
      return Tag.symbol + name
    }
    case 'uuid':
      if (typeof input !== 'string') throw wrong(type, input, where)
      if (!UUID.test(input)) throw malformed(type, input, where)
      return Tag.uuid + input.toLowerCase()
    case 'uri':
      if (typeof input !== 'string') throw wrong(type, input, where)
      if (!URI.test(input) || !input.isWellFormed()) throw malformed(type, input, where)
      return Tag.uri + input
    case 'bytes':
      if (!(input instanceof Uint8Array)) throw wrong(type, input, where)
      return bytesValue(input)
  }
}

function wrong(type: keyof typeof WANTED, input: unknown, where: string): AnnalsError {
  return new AnnalsError('value/wrong-type', `${where} wants ${WANTED[type]} (${type}), got ${describe(input)}`, {
    attribute: where,
    wanted: type,
  })
}
function malformed(type: keyof typeof WANTED, input: unknown, where: string): AnnalsError {
  return new AnnalsError('value/malformed', `${where}: ${describe(input)} is not ${WANTED[type]}`, {
    attribute: where,
    wanted: type,
  })
}
function range(type: keyof typeof WANTED, input: unknown, where: string): AnnalsError {
  return new AnnalsError(
    'value/out-of-range',
    `${where}: ${describe(input)} is outside the range of ${type} (safe integers for long; declare it bigint for more)`,
    { attribute: where, wanted: type },
  )
}

/** The value of a tuple whose members are already values; `null` is absent. Throws `value/out-of-range` beyond 2..8. */
export function tupleValue(members: readonly (Value | null)[], where: string): Value {
  if (members.length < 2 || members.length > TUPLE_MAX) {
    throw new AnnalsError(
      'value/out-of-range',
      `${where}: a tuple has 2 to ${TUPLE_MAX} members, got ${members.length}`,
      {
        attribute: where,
      },
    )
  }
  for (const m of members) if (m !== null) checkSmall(m, () => `${where}: a member of a tuple`)
  return Tag.tuple + tuplePayload(members)
}

/** Characters of a unique value or a tuple's member (bytes, where it is bytes), at most. */
const SMALL = 1024

/** Whether a value may be looked up by. */
export const isSmall = (v: Value): boolean =>
  typeof v !== 'string' || v.length <= SMALL || (v.length === SMALL + 1 && v.charCodeAt(0) < FIRST_PLAIN)

/** Throws `value/too-large` for what is too large to be looked up by. */
export function checkSmall(v: Value, what: () => string): void {
  if (typeof v !== 'string' || isSmall(v)) return
  throw new AnnalsError('value/too-large', `${what()} takes at most ${SMALL} characters, got ${v.length}`, {
    length: v.length,
    most: SMALL,
  })
}

/** Tuples within tuples, and lookup refs within lookup refs, that data may have: what holds itself has no end. */
export const MOST_NESTED = 32

/**
 * Reads a constant for which no attribute tells the type: JavaScript's own types speak for themselves (a bare string is a
 * string), keywords and typed literals say what they are. Lists become tuples. Throws as {@link readValue} does.
 */
export function readUntyped(x: unknown, where: string, depth = MOST_NESTED): Value {
  if (isKeyword(x)) return readValue('keyword', x, where)
  if (isSym(x)) return readValue('symbol', x, where)
  if (isLiteral(x)) return readLiteral(x, where, depth)
  if (typeof x === 'number') return readValue('double', x, where)
  if (typeof x === 'string') return stringValue(x)
  if (typeof x === 'boolean' || typeof x === 'bigint') return x
  if (x instanceof Date) return readValue('instant', x, where)
  if (x instanceof Uint8Array) return bytesValue(x)
  if (Array.isArray(x) && depth > 0) {
    const members = Array.from(x, (m) => (m === null ? null : readUntyped(m, where, depth - 1)))
    return Tag.tuple + tuplePayload(members)
  }
  throw noValue(x, where)
}

function readLiteral(x: Literal, where: string, depth: number): Value {
  const { $lit, $type } = x
  if ($type === undefined && !isLiteral($lit)) return readUntyped($lit, where, depth)
  if ($type !== undefined && Object.hasOwn(WANTED, $type)) return readValue($type, x, where)
  throw noValue(x, where)
}

const noValue = (x: unknown, where: string): AnnalsError =>
  new AnnalsError('value/wrong-type', `${where}: ${describe(x)} is not a value that a database can hold`)

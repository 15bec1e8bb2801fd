import { decode, encode, objectToTokens, Token, Type } from 'cborg'
import { AnnalsError } from '../base/errors.ts'
import { TextTokenizer } from '../base/read-cbor.ts'

/**
 * Whatever transaction data may hold, as CBOR and back, nothing changed: Dates (tag 0), bigints of every size (tags 2 and 3),
 * Sets (tag 258) and Maps (tag 259) beside what CBOR knows by itself. Keys of objects keep their order, for the names of
 * new entities depend on it.
 */
const TAG = { date: 0, positive: 2, negative: 3, set: 258, map: 259 } as const

/** Bytes of the largest bigint that is read, 32 KiB: reading one costs more than its length. */
const MAX_BIGINT_BYTES = 4096

export interface CborLimits {
  readonly maxBytes: number
  /** Arrays, maps and tags within each other. */
  readonly maxDepth: number
}

const malformed = (message: string, cause?: unknown): AnnalsError =>
  new AnnalsError('sync/malformed', message, {}, cause === undefined ? undefined : { cause })

type Encode = Parameters<typeof encode>[1]
type Encoder = NonNullable<NonNullable<Encode>['typeEncoders']>[string]

const bigintTokens: Encoder = (n: bigint) => {
  const hex = (n < 0n ? -1n - n : n).toString(16)
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  const bytes = Uint8Array.from({ length: even.length / 2 }, (_, i) =>
    Number.parseInt(even.slice(2 * i, 2 * i + 2), 16),
  )
  return [new Token(Type.tag, n < 0n ? TAG.negative : TAG.positive), new Token(Type.bytes, bytes)]
}

const ENCODE: Encode = {
  mapSorter: () => 0,
  ignoreUndefinedProperties: true,
  typeEncoders: {
    bigint: bigintTokens,
    Date: (date: Date) => [new Token(Type.tag, TAG.date), new Token(Type.string, date.toISOString())],
    Set: (set: Set<unknown>, _type, options, seen) => [
      new Token(Type.tag, TAG.set),
      objectToTokens([...set], options, seen),
    ],
    Map: (map: Map<unknown, unknown>, _type, options, seen) => [
      new Token(Type.tag, TAG.map),
      objectToTokens([...map].flat(1), options, seen),
    ],
  },
}

/** Requires: `x` is plain data ({@link ownForms} makes it so), no Date invalid. */
export const toCbor = (x: unknown): Uint8Array => plainBytes(encode(x, ENCODE))

/** The same bytes, as no Node Buffer: a slice of one of those is no copy. */
const plainBytes = (b: Uint8Array): Uint8Array => new Uint8Array(b.buffer, b.byteOffset, b.byteLength)

/** Reads what {@link toCbor} wrote. Throws `sync/malformed` for anything else, and beyond the limits. */
export function fromCbor(bytes: Uint8Array, limits: CborLimits): unknown {
  if (bytes.length > limits.maxBytes)
    throw malformed(`${bytes.length} bytes of CBOR, at most ${limits.maxBytes} are read`)
  const options = {
    allowIndefinite: false,
    allowUndefined: false,
    allowBigInt: false,
    rejectDuplicateMapKeys: true,
    tags: TAGS,
  }
  try {
    const tokenizer = new DepthLimit(plainBytes(bytes), options, limits.maxDepth)
    return decode(bytes, { ...options, tokenizer })
  } catch (cause) {
    throw malformed('the bytes are not CBOR of the kind that annals writes', cause)
  }
}

type Tags = NonNullable<NonNullable<Parameters<typeof decode>[1]>['tags']>
type Content = Parameters<NonNullable<Tags[number]>>[0]

function unhex(bytes: unknown): bigint {
  if (!(bytes instanceof Uint8Array) || bytes.length > MAX_BIGINT_BYTES)
    throw new RangeError('not the bytes of a bigint')
  return BigInt(`0x0${Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')}`)
}

function list(content: Content): unknown[] {
  const items: unknown = content()
  if (!Array.isArray(items)) throw new RangeError('a set or a map is a tagged array')
  return items
}

const TAGS: Tags = {
  [TAG.date]: (content) => {
    const text: unknown = content()
    const date = new Date(typeof text === 'string' ? text : Number.NaN)
    if (Number.isNaN(date.getTime())) throw new RangeError('not a time')
    return date
  },
  [TAG.positive]: (content) => unhex(content()),
  [TAG.negative]: (content) => -1n - unhex(content()),
  [TAG.set]: (content) => new Set(list(content)),
  [TAG.map]: (content) => {
    const flat = list(content)
    if (flat.length % 2 !== 0) throw new RangeError('a map has a key without a value')
    const map = new Map<unknown, unknown>()
    for (let i = 0; i < flat.length; i += 2) map.set(flat[i], flat[i + 1])
    return map
  },
}

/** Refuses to go deeper than it is told: cborg recurses, and a hostile megabyte would be half a million levels. */
class DepthLimit extends TextTokenizer {
  /** For each open array, map or tag, how many items are still to come. */
  readonly #open: number[] = []

  constructor(
    bytes: Uint8Array,
    options: NonNullable<Parameters<typeof decode>[1]>,
    private readonly maxDepth: number,
  ) {
    super(bytes, options)
  }

  override next(): Token {
    const token = super.next()
    const open = this.#open
    while (open.at(-1) === 0) open.pop()
    if (open.length > 0) open[open.length - 1] = (open[open.length - 1] as number) - 1
    const items = Type.equals(token.type, Type.array)
      ? Number(token.value)
      : Type.equals(token.type, Type.map)
        ? 2 * Number(token.value)
        : Type.equals(token.type, Type.tag)
          ? 1
          : 0
    if (items > 0) open.push(items)
    if (open.length > this.maxDepth) throw new RangeError(`nested deeper than ${this.maxDepth}`)
    return token
  }
}

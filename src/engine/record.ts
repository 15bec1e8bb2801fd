import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { encode } from 'cborg'
import { equalBytes } from '../base/equal-bytes.ts'
import { AnnalsError } from '../base/errors.ts'
import { randomBytes } from '../base/random-bytes.ts'
import { readCbor } from '../base/read-cbor.ts'
import type { Increment, TxData } from '../datom/tx-data.ts'
import type { Value } from '../datom/value.ts'
import type { LogRow } from '../storage/port.ts'
import { CborWriter, type Packed } from './cbor-writer.ts'

/** One decided transaction: what the log holds and every replica applies as it stands. */
export interface LogRecord {
  readonly t: number
  readonly txid: string
  /** Milliseconds since 1970. */
  readonly instant: number
  readonly data: TxData
  /** The replica it came from, and its place in that replica's queue; absent for a local-only database. */
  readonly origin: { readonly replica: string; readonly seq: number } | undefined
  /** What each id that the origin proposed became, where that is another one. */
  readonly aliases: ReadonlyMap<number, number>
}

/**
 * Layout of `body`: 16 bytes of salt, then CBOR of this. Reaches disk and wire: only ever add fields.
 *
 *     body     := salt[16] CBOR                             the salt is random, and never all zero
 *     excised  := zero[16] digest[32] check[16] CBOR        the digest is that of the body as it was, check is the head of the
 *                                                           SHA-256 of the CBOR
 */
interface Body {
  /** Format. */
  readonly f: 1
  readonly i: number
  /** Little-endian int32 columns. */
  readonly e: Uint8Array
  readonly a: Uint8Array
  /** One byte a datom: 1 asserted, 0 retracted. */
  readonly o: Uint8Array
  readonly v: readonly Packed[]
  /** Increments; absent when there are none, as in records older than them. */
  readonly n?: readonly PackedIncrement[]
  readonly r?: string
  readonly s?: number
  /** Alias pairs, flat. */
  readonly x?: readonly number[]
}

/** The last two where one takes back another's: whose, and 1 where it did exactly. */
type PackedIncrement = readonly [e: number, a: number, delta: unknown, tx?: number, exact?: number]
/** The part of a body that holds a transaction's data. */
type PackedData = Pick<Body, 'e' | 'a' | 'o' | 'v' | 'n'>

const SALT_BYTES = 16
const NO_SALT = new Uint8Array(SALT_BYTES)
const DIGEST_BYTES = 32
const CHECK_BYTES = 16
const EXCISED_HEADER = SALT_BYTES + DIGEST_BYTES + CHECK_BYTES
/** Bigints in CBOR would come back as numbers when small: they are texts that no other value can be. */
const BIGINT_MARK = '\u0000n'

const column = (values: ArrayLike<number>): Uint8Array => new Uint8Array(new Int32Array(values).buffer)
function numbers(bytes: Uint8Array): number[] {
  if (bytes.length % 4 !== 0) throw new RangeError('a column of int32 has a broken length')
  return [...new Int32Array(bytes.slice().buffer)]
}

const packValue = (v: Value): Packed => (typeof v === 'bigint' ? BIGINT_MARK + v.toString() : v)
const unpackValue = (v: unknown): Value =>
  typeof v === 'string' && v.startsWith(BIGINT_MARK) ? BigInt(v.slice(BIGINT_MARK.length)) : (v as Value)

const packIncrement = ({ e, a, delta, of }: Increment): PackedIncrement =>
  of === undefined ? [e, a, packValue(delta)] : [e, a, packValue(delta), of.tx, of.exact ? 1 : 0]
const unpackIncrement = ([e, a, delta, tx, exact]: PackedIncrement): Increment => ({
  e,
  a,
  delta: unpackValue(delta) as number | bigint,
  ...(tx !== undefined && { of: { tx, exact: exact === 1 } }),
})

/** Datoms and increments as bytes, in the same layout as a record's body. */
export const encodeTxData = (data: TxData): PackedData => ({
  e: column(data.e),
  a: column(data.a),
  o: Uint8Array.from(data.added),
  v: data.v.map(packValue),
  ...(data.increments.length > 0 && { n: data.increments.map(packIncrement) }),
})
export function decodeTxData(body: PackedData): TxData {
  const e = numbers(body.e)
  const a = numbers(body.a)
  const added = [...body.o] as (0 | 1)[]
  if (a.length !== e.length || added.length !== e.length || body.v.length !== e.length) {
    throw new RangeError('the columns of a transaction differ in length')
  }
  const increments = (body.n ?? []).map(unpackIncrement)
  return { length: e.length, e, a, v: body.v.map(unpackValue), added, increments }
}

/** The body of a record. `salt`: 16 random bytes, so that a removed body cannot be guessed from its digest. */
export function encodeRecord(record: Omit<LogRecord, 't' | 'txid'>, salt: Uint8Array): Uint8Array<ArrayBuffer> {
  const { data, instant, origin, aliases } = record
  const out = new CborWriter(128 + 25 * data.length)
  out.bytes(salt.subarray(0, SALT_BYTES))
  // a Body, whose keys stand sorted
  out.map(6 + (data.increments.length > 0 ? 1 : 0) + (origin === undefined ? 0 : 2) + (aliases.size > 0 ? 1 : 0))
  out.value('a')
  out.int32s(data.a)
  out.value('e')
  out.int32s(data.e)
  out.value('f')
  out.value(1)
  out.value('i')
  out.value(instant)
  if (data.increments.length > 0) {
    out.value('n')
    out.bytes(encode(data.increments.map(packIncrement)))
  }
  out.value('o')
  out.uint8s(data.added)
  if (origin !== undefined) {
    out.value('r')
    out.value(origin.replica)
    out.value('s')
    out.value(origin.seq)
  }
  out.value('v')
  out.list(data.length)
  for (const v of data.v) out.value(packValue(v))
  if (aliases.size > 0) {
    out.value('x')
    out.list(2 * aliases.size)
    for (const id of [...aliases].flat()) out.value(id)
  }
  return out.done()
}

/** `row` with `data` in place of what it held, of which nothing but a digest is left, so that the hash chain still holds. */
export function excisedRow(row: LogRow, data: TxData): LogRow {
  const packed = encodeRecord({ ...decodeRecord(row), data }, NO_SALT).subarray(SALT_BYTES)
  const body = new Uint8Array(EXCISED_HEADER + packed.length)
  body.set(digestOf(row.body), SALT_BYTES)
  body.set(checkOf(packed), SALT_BYTES + DIGEST_BYTES)
  body.set(packed, EXCISED_HEADER)
  return { ...row, body }
}

const isExcised = (body: Uint8Array): boolean => body.subarray(0, SALT_BYTES).every((byte) => byte === 0)
const checkOf = (packed: Uint8Array): Uint8Array => sha256(packed).subarray(0, CHECK_BYTES)

/** What the hash chain covers of a body. */
const digestOf = (body: Uint8Array): Uint8Array =>
  isExcised(body) ? body.subarray(SALT_BYTES, SALT_BYTES + DIGEST_BYTES) : sha256(body)

/** The CBOR of a body. The chain no longer covers that of an excised one, so that it brings a check of its own. */
function packedOf(body: Uint8Array): Uint8Array {
  if (!isExcised(body)) return body.subarray(SALT_BYTES)
  const packed = body.subarray(EXCISED_HEADER)
  const check = body.subarray(SALT_BYTES + DIGEST_BYTES, EXCISED_HEADER)
  if (!equalBytes(checkOf(packed), check)) throw new RangeError('an excised body is damaged')
  return packed
}

/** Reads a row of the log. Throws `storage/corrupt` naming the `t`. */
export function decodeRecord(row: LogRow): LogRecord {
  try {
    const body = readCbor(packedOf(row.body)) as Body
    if (body.f !== 1) throw new RangeError(`format ${body.f} is not known`)
    const pairs = body.x ?? []
    const aliases = new Map<number, number>()
    for (let i = 0; i + 1 < pairs.length; i += 2) aliases.set(pairs[i] as number, pairs[i + 1] as number)
    return {
      t: row.t,
      txid: row.txid,
      instant: body.i,
      data: decodeTxData(body),
      origin: body.r === undefined ? undefined : { replica: body.r, seq: body.s ?? 0 },
      aliases,
    }
  } catch (cause) {
    throw new AnnalsError(
      'storage/corrupt',
      `the log record ${row.t} (${row.txid}) cannot be read`,
      { t: row.t },
      { cause },
    )
  }
}

/**
 * The hash chain: H(previous, t, txid, H(body)), lower-case hexadecimal. The header holds nothing personal, and an excised body
 * keeps the digest that it had.
 */
export function chainHash(previous: string, t: number, txid: string, body: Uint8Array): string {
  return bytesToHex(sha256(bytesOf(`${previous}/${t}/${txid}/${bytesToHex(digestOf(body))}`)))
}

/** Where texts become bytes, one after another. */
const HEADER = new Uint8Array(256)

/** UTF-8, to be read at once. Headers are short and ASCII, which takes a loop a tenth of the time that an encoder takes. */
function bytesOf(text: string): Uint8Array {
  const { length } = text
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code > 127 || i === HEADER.length) return new TextEncoder().encode(text)
    HEADER[i] = code
  }
  return HEADER.subarray(0, length)
}

/** `record` as a row that follows `previous`. */
export function toRow(record: LogRecord, previous: string): LogRow {
  const body = encodeRecord(record, randomBytes(SALT_BYTES))
  return { t: record.t, txid: record.txid, body, hash: chainHash(previous, record.t, record.txid, body) }
}

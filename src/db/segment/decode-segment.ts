import { crc32 } from '../../base/crc32.ts'
import { AnnalsError } from '../../base/errors.ts'
import { ID_END } from '../../datom/ids.ts'
import type { Value } from '../../datom/value.ts'
import type { Order } from '../index-order.ts'
import type { Rows } from '../rows.ts'
import { sameColumn } from '../same-column.ts'
import type { Values } from '../values.ts'
import { ByteReader } from './byte-reader.ts'
import { readValues } from './decode-values.ts'
import { At, CODEC, FORMAT, HEADER_BYTES, MAGIC, MAX_ROWS, ORDER_TAGS, ORDERS, PAST, TAIL_BYTES } from './layout.ts'
import { readColumn } from './read-column.ts'

/**
 * The order and the rows that `bytes` were made of; `name` (such as 'segment 17') says in messages which bytes these are. Throws
 * `storage/corrupt` when they are not what was written, `storage/newer-format` when they are whole but of a later version.
 */
export function decodeSegment(bytes: Uint8Array, name: string): { readonly order: Order; readonly rows: Rows } {
  const from = new ByteReader(bytes, HEADER_BYTES, name)
  const { order, past, count } = readHeader(bytes, from, name)
  const groups = readGroups(from, count)
  const groupOf = groups.length === 1 ? sameColumn(0, count) : readColumn(from, count, groups.length)
  const e = readColumn(from, count, ID_END)
  const tx = readColumn(from, count, ID_END)
  const to = past ? readEnds(from, tx) : undefined
  const sizes = sizesOf(groups, groupOf)
  const lists = groups.map(({ shape }, place) => {
    const size = sizes[place] as number
    if (size === 0) throw from.corrupt(`group ${place} has no rows`)
    return readValues(from, shape, size)
  })
  if (from.left !== 0) throw from.corrupt(`${from.left} bytes are left over`)
  return {
    order,
    rows: { length: count, e, a: attributesOf(groups, groupOf), v: joinLists(lists, groupOf), tx, to },
  }
}

/** Rows of one attribute whose values have one shape. */
interface Group {
  readonly a: number
  readonly shape: number
}

function readHeader(bytes: Uint8Array, from: ByteReader, name: string) {
  if (bytes.length < HEADER_BYTES + TAIL_BYTES) throw from.corrupt(`it is ${bytes.length} bytes long`)
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (header.getUint32(0, true) !== MAGIC) throw from.corrupt('it does not begin as a segment does')
  const length = header.getUint32(At.length, true)
  if (length !== bytes.length) throw from.corrupt(`it is ${bytes.length} bytes long and should be ${length}`)
  if (header.getUint32(At.checksum, true) !== crc32(bytes, At.format)) throw from.corrupt('its checksum is wrong')
  const format = header.getUint8(At.format)
  const codec = header.getUint8(At.codec)
  if (format !== FORMAT || codec !== CODEC) {
    throw new AnnalsError(
      'storage/newer-format',
      `${name} is of format ${format}, codec ${codec}; this version of annals reads ${FORMAT}, ${CODEC}`,
      { name, format, codec },
    )
  }
  const tag = header.getUint8(At.order)
  const order = ORDERS.find((one) => ORDER_TAGS[one] === (tag & ~PAST))
  if (order === undefined) throw from.corrupt(`order ${tag} is unknown`)
  const count = header.getUint32(At.count, true)
  if (count > MAX_ROWS) throw from.corrupt(`${count} rows, at most ${MAX_ROWS} are possible`)
  return { order, past: (tag & PAST) !== 0, count }
}

const readGroups = (from: ByteReader, count: number): Group[] =>
  Array.from({ length: from.size(count) }, () => ({ a: from.size(ID_END - 1), shape: from.u8() }))

/** How many rows each group has. */
function sizesOf({ length }: readonly Group[], groupOf: Int32Array): Int32Array {
  const sizes = new Int32Array(length)
  if (length === 1) sizes[0] = groupOf.length
  else for (let i = 0; i < groupOf.length; i++) (sizes[groupOf[i] as number] as number)++
  return sizes
}

function attributesOf(groups: readonly Group[], groupOf: Int32Array): Int32Array {
  const [first] = groups
  if (first !== undefined && groups.every(({ a }) => a === first.a)) return sameColumn(first.a, groupOf.length)
  const out = new Int32Array(groupOf.length)
  for (let i = 0; i < out.length; i++) out[i] = (groups[groupOf[i] as number] as Group).a
  return out
}

/** When intervals that began with `tx` ended. */
function readEnds(from: ByteReader, tx: Int32Array): Int32Array {
  const lengths = readColumn(from, tx.length, ID_END)
  return tx.map((start, i) => {
    const end = start + (lengths[i] as number)
    if (end >= ID_END) throw from.corrupt(`an interval ends with ${end}`)
    return end
  })
}

/** The values in the order of the rows. Copied: an array that has grown is larger than what it holds. */
function joinLists(lists: readonly Values[], groupOf: Int32Array): Values {
  const [first] = lists as readonly [Values]
  if (lists.length === 1) return first instanceof Int32Array ? first : first.slice()
  const next = new Int32Array(lists.length)
  const out: Value[] = []
  for (let i = 0; i < groupOf.length; i++) {
    const group = groupOf[i] as number
    const at = next[group] as number
    out.push((lists[group] as Values)[at] as Value)
    next[group] = at + 1
  }
  return out.slice()
}

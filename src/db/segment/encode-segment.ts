import { assert } from '../../base/assert.ts'
import { crc32 } from '../../base/crc32.ts'
import type { Value } from '../../datom/value.ts'
import type { Order } from '../index-order.ts'
import type { Rows } from '../rows.ts'
import { ByteWriter } from './byte-writer.ts'
import { writeNumbers } from './encode-numbers.ts'
import { kindOf, writeValues } from './encode-values.ts'
import { At, CODEC, FORMAT, HEADER_BYTES, MAGIC, MAX_ROWS, ORDER_TAGS, PAST, TAIL_BYTES } from './layout.ts'

/** Rows of one attribute whose values are of one kind. */
interface Group {
  readonly a: number
  readonly kind: number
  readonly values: Value[]
}

/**
 * `rows` (sorted by `order`; `rows.to` present for the past; at most {@link MAX_ROWS}) as one segment, in a buffer of
 * exactly its size. The bytes are described in layout.ts.
 */
export function encodeSegment(order: Order, rows: Rows): Uint8Array<ArrayBuffer> {
  assert(rows.length <= MAX_ROWS, () => `a segment of ${rows.length} rows`)
  const out = new ByteWriter()
  for (let i = 0; i < HEADER_BYTES; i++) out.u8(0)
  const { groups, groupOf } = groupRows(rows)
  out.varint(groups.length)
  const shapes: number[] = []
  for (const { a } of groups) {
    out.varint(a)
    shapes.push(out.length)
    out.u8(0)
  }
  if (groups.length > 1) writeNumbers(out, groupOf)
  writeNumbers(out, rows.e)
  writeNumbers(out, rows.tx)
  if (rows.to !== undefined) writeNumbers(out, lengthsOf(rows.tx, rows.to))
  const found = groups.map(({ kind, values }) => writeValues(out, kind, values))
  for (let i = 0; i < TAIL_BYTES; i++) out.u8(0)

  const bytes = out.done()
  found.forEach((shape, i) => {
    bytes[shapes[i] as number] = shape
  })
  writeHeader(bytes, order, rows)
  return bytes
}

function writeHeader(bytes: Uint8Array, order: Order, rows: Rows): void {
  const header = new DataView(bytes.buffer)
  header.setUint32(0, MAGIC, true)
  header.setUint8(At.format, FORMAT)
  header.setUint8(At.codec, CODEC)
  header.setUint8(At.order, ORDER_TAGS[order] + (rows.to === undefined ? 0 : PAST))
  header.setUint32(At.length, bytes.length, true)
  header.setUint32(At.count, rows.length, true)
  header.setUint32(At.checksum, crc32(bytes, At.format), true)
}

/** Groups in the order in which they first appear, and the group of each row. */
function groupRows({ length, a, v }: Rows): { groups: Group[]; groupOf: Int32Array } {
  const groups: Group[] = []
  const places = new Map<number, number>()
  const groupOf = new Int32Array(length)
  for (let i = 0; i < length; i++) {
    const value = v[i] as Value
    const kind = kindOf(value)
    const key = (a[i] as number) * 4 + kind
    let place = places.get(key)
    if (place === undefined) {
      place = groups.push({ a: a[i] as number, kind, values: [] }) - 1
      places.set(key, place)
    }
    ;(groups[place] as Group).values.push(value)
    groupOf[i] = place
  }
  return { groups, groupOf }
}

/** How long each interval of the past lasted: smaller numbers than its end. */
const lengthsOf = (tx: Int32Array, to: Int32Array): Int32Array => to.map((end, i) => end - (tx[i] as number))

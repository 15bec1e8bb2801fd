import { crc32 } from '../../base/crc32.ts'
import { AnnalsError } from '../../base/errors.ts'
import { ID_END } from '../../datom/ids.ts'
import type { Value } from '../../datom/value.ts'
import type { Index } from '../index-order.ts'
import type { Rows } from '../rows.ts'
import { ByteReader } from './byte-reader.ts'
import { readNumbers } from './decode-numbers.ts'
import { readValues } from './decode-values.ts'
import { At, CODEC, FORMAT, HEADER_BYTES, INDEX_TAGS, MAGIC, MAX_ROWS, PAST, TAIL_BYTES } from './layout.ts'

/**
 * The index and the rows that `bytes` were made of; `name` (such as 'segment 17') says in messages which bytes these are. Throws
 * `storage/corrupt` when they are not what was written, `storage/newer-format` when they are whole but of a later version.
 */
export function decodeSegment(bytes: Uint8Array, name: string): { readonly index: Index; readonly rows: Rows } {
  const from = new ByteReader(bytes, HEADER_BYTES, name)
  const { index, past, count } = readHeader(bytes, from, name)
  const groups = readGroups(from, count)
  const groupOf = groups.length > 1 ? readNumbers(from, count) : new Float64Array(count)
  const e = readIds(from, count)
  const tx = readIds(from, count)
  const to = past ? readIds(from, count, tx) : undefined
  const a = new Int32Array(count)
  const sizes = new Int32Array(groups.length)
  for (let i = 0; i < count; i++) {
    const place = groupOf[i] as number
    const group = groups[place]
    if (group === undefined) throw from.corrupt(`group ${place} of ${groups.length}`)
    a[i] = group.a
    sizes[place] = (sizes[place] as number) + 1
  }
  const lists = groups.map(({ shape }, place) => {
    const size = sizes[place] as number
    if (size === 0) throw from.corrupt(`group ${place} has no rows`)
    return readValues(from, shape, size)
  })
  if (from.left !== 0) throw from.corrupt(`${from.left} bytes are left over`)
  return { index, rows: { length: count, e, a, v: joinLists(lists, groupOf), tx, to } }
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
  if (format > FORMAT || codec > CODEC) {
    throw new AnnalsError(
      'storage/newer-format',
      `${name} is of format ${format}, codec ${codec}; this version of annals reads up to ${FORMAT}, ${CODEC}`,
      { name, format, codec },
    )
  }
  const tag = header.getUint8(At.index)
  const index = INDEX_TAGS[tag & ~PAST]
  if (index === undefined) throw from.corrupt(`index ${tag} is unknown`)
  const count = header.getUint32(At.count, true)
  if (count > MAX_ROWS) throw from.corrupt(`${count} rows, at most ${MAX_ROWS} are possible`)
  return { index, past: (tag & PAST) !== 0, count }
}

function readGroups(from: ByteReader, count: number): { readonly a: number; readonly shape: number }[] {
  return Array.from({ length: from.size(count, 'groups') }, () => {
    const a = from.varint()
    if (a < 0 || a >= ID_END) throw from.corrupt(`${a} is no entity id`)
    return { a, shape: from.u8() }
  })
}

/** Entity ids, given as distances from `base` if there is one. */
function readIds(from: ByteReader, count: number, base?: Int32Array): Int32Array {
  const numbers = readNumbers(from, count)
  const out = new Int32Array(count)
  for (let i = 0; i < count; i++) {
    const id = (numbers[i] as number) + (base === undefined ? 0 : (base[i] as number))
    out[i] = id
    if (!(id >= 0 && id < ID_END) || out[i] !== id) throw from.corrupt(`${id} is no entity id`)
  }
  return out
}

/** The values in the order of the rows. */
function joinLists(lists: readonly (readonly Value[])[], groupOf: Float64Array): readonly Value[] {
  if (lists.length === 1) return lists[0] as readonly Value[]
  const next = new Int32Array(lists.length)
  const out: Value[] = []
  for (let i = 0; i < groupOf.length; i++) {
    const group = groupOf[i] as number
    const at = next[group] as number
    out.push((lists[group] as readonly Value[])[at] as Value)
    next[group] = at + 1
  }
  return out
}

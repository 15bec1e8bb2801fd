import { decode, encode } from 'cborg'
import { crc32 } from '../base/crc32.ts'
import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import { isPendingTx, txOfT } from '../datom/ids.ts'
import type { Attribute, Schema } from '../datom/schema.ts'
import type { Base } from './base.ts'
import { type Db, noPast, noPresent, PLAIN_VIEW, type Trees } from './db.ts'
import { INDEXES, type Order } from './index-order.ts'
import { baseIndex, type IndexTree } from './index-tree.ts'
import { compositesOf } from './schema-at.ts'
import { decodeSegment } from './segment/decode-segment.ts'
import { encodeSegment } from './segment/encode-segment.ts'
import type { SegmentSource } from './segment-source.ts'

// Reaches disk. CBOR of [format, CRC-32 of the body, body], and the body CBOR of a StoredRoot; the borders of an index are a segment
// like any other. Formats 1, where the past lay by key in all indexes, and 2, without a checksum, are bare maps: { f, ... }.
const FORMAT = 3

interface StoredBase {
  /** Ids of the segments, each as its distance to the one before. */
  readonly i: readonly number[]
  /** Rows in each. */
  readonly n: readonly number[]
  readonly b: Uint8Array
  /** Rows of each attribute: attribute, count, ... */
  readonly c?: readonly number[]
  /** The levels of blocks of each attribute's intervals, where the past lies by blocks: attribute, a bit each, ... */
  readonly l?: readonly number[]
}

interface StoredRoot {
  readonly t: number
  readonly hash: string
  /** How often facts had been taken out of the log. */
  readonly x: number
  readonly attributes: readonly Attribute[]
  readonly idents: readonly (readonly [string, number])[]
  readonly identOf: readonly (readonly [number, string])[]
  /** Pairs, flat. */
  readonly aliases: readonly number[]
  /** In the order of {@link INDEXES}: the present, then the past. */
  readonly bases: readonly (StoredBase | null)[]
}

/** What a root says beside its value. */
export interface RootNote {
  /** The log's at the value's basis. */
  readonly hash: string
  /** How often facts had been taken out of the log. */
  readonly excisions: number
}

/** `db` as bytes. Requires: all of it is in segments. */
export function encodeRoot({ schema, basisT, aliases, present, past }: Db, note: RootNote): Uint8Array {
  const root: StoredRoot = {
    t: basisT,
    hash: note.hash,
    x: note.excisions,
    attributes: [...schema.attributes.values()],
    idents: [...schema.idents],
    identOf: [...schema.identOf],
    aliases: [...aliases].filter(([id]) => !isPendingTx(id)).flat(),
    bases: [present, past].flatMap((trees) => INDEXES.map((index) => packBase(trees[index]))),
  }
  const body = encode(root)
  return encode([FORMAT, crc32(body), body])
}

/**
 * The value that `bytes` name; undefined where they are of an earlier format, whose indexes were sorted otherwise. Throws `storage/corrupt`, and
 * `storage/newer-format` for one of a later. */
export function decodeRoot(bytes: Uint8Array, source: SegmentSource): (RootNote & { readonly db: Db }) | undefined {
  try {
    const root = readBody(bytes)
    if (root === undefined) return undefined
    const filled = (empty: Trees, first: number): Trees => {
      const trees = INDEXES.map((index, i) => [index, unpackTree(empty[index], root.bases[first + i], source)])
      return Object.fromEntries(trees) as Trees
    }
    const db: Db = {
      schema: schemaOf(root),
      basisT: root.t,
      lastTx: txOfT(root.t),
      present: filled(noPresent(), 0),
      past: filled(noPast(), INDEXES.length),
      aliases: pairsOf(root.aliases),
      view: PLAIN_VIEW,
    }
    return { db, hash: root.hash, excisions: root.x }
  } catch (cause) {
    if (isAnnalsError(cause, 'storage/newer-format')) throw cause
    throw new AnnalsError('storage/corrupt', 'the root of the indexes cannot be read', {}, { cause })
  }
}

/** undefined for the first format. */
function readBody(bytes: Uint8Array): StoredRoot | undefined {
  const read = (part: Uint8Array): unknown => decode(part, { useMaps: false })
  const found = read(bytes) as
    | readonly [format: number, checksum: number, body: Uint8Array]
    | (StoredRoot & { f: number })
  if (!Array.isArray(found)) {
    const { f } = found as StoredRoot & { f: number }
    if (f === 1) return undefined
    if (f === 2) return found as StoredRoot
    throw new RangeError(`format ${f} is not known`)
  }
  const [format, checksum, body] = found
  if (format > FORMAT) {
    const message = `the root of the indexes is of format ${format}; this version of annals reads ${FORMAT}`
    throw new AnnalsError('storage/newer-format', message, { format, known: FORMAT })
  }
  if (format !== FORMAT || checksum !== crc32(body)) throw new RangeError('its checksum is wrong')
  return read(body) as StoredRoot
}

function packBase({ index, base, levels }: IndexTree): StoredBase | null {
  if (base === undefined) return null
  const { ids, ends, borders, ofAttribute } = base
  return {
    i: ids.map((id, i) => id - (ids[i - 1] ?? 0)),
    n: Array.from(ends, (end, i) => end - (ends[i - 1] ?? 0)),
    b: encodeSegment(index, borders),
    ...(ofAttribute && { c: [...ofAttribute].flat() }),
    ...(levels && { l: [...levels].flat() }),
  }
}

function unpackTree(empty: IndexTree, stored: StoredBase | null | undefined, source: SegmentSource): IndexTree {
  if (stored === null || stored === undefined) return empty
  const base = unpackBase(empty.index, stored, source)
  return baseIndex(empty.index, base, empty.levels && pairsOf(stored.l ?? []))
}

function unpackBase(order: Order, { i, n, b, c }: StoredBase, source: SegmentSource): Base {
  const borders = decodeSegment(b, `the borders of ${order}`)
  if (borders.order !== order || i.length !== borders.rows.length || n.length !== i.length || i.length === 0) {
    throw new RangeError(`${order}: ${i.length} segments with ${n.length} counts and ${borders.rows.length} borders`)
  }
  return {
    source,
    ids: sums(i),
    borders: borders.rows,
    ends: Int32Array.from(sums(n)),
    ofAttribute: c && pairsOf(c),
  }
}

function pairsOf(flat: readonly number[]): Map<number, number> {
  const pairs = new Map<number, number>()
  for (let k = 0; k + 1 < flat.length; k += 2) pairs.set(flat[k] as number, flat[k + 1] as number)
  return pairs
}

function sums(steps: readonly number[]): number[] {
  let sum = 0
  return steps.map((step) => {
    sum += step
    return sum
  })
}

function schemaOf({ attributes, idents, identOf }: StoredRoot): Schema {
  const byId = new Map(attributes.map((a) => [a.id, a]))
  return { attributes: byId, idents: new Map(idents), identOf: new Map(identOf), composites: compositesOf(byId) }
}

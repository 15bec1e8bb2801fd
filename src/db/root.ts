import { decode, encode } from 'cborg'
import { AnnalsError } from '../base/errors.ts'
import { isPendingTx, txOfT } from '../datom/ids.ts'
import type { Attribute, Schema } from '../datom/schema.ts'
import type { Base } from './base.ts'
import { type Db, PLAIN_VIEW, type Trees } from './db.ts'
import { INDEXES, type Index } from './index-order.ts'
import { baseIndex } from './index-tree.ts'
import { compositesOf } from './schema-at.ts'
import { decodeSegment } from './segment/decode-segment.ts'
import { encodeSegment } from './segment/encode-segment.ts'
import type { SegmentSource } from './segment-source.ts'

// Reaches disk. CBOR of this; the borders of an index are a segment like any other, checksum included.

interface StoredBase {
  /** Ids of the segments, each as its distance to the one before. */
  readonly i: readonly number[]
  /** Rows in each. */
  readonly n: readonly number[]
  readonly b: Uint8Array
  /** Rows of each attribute: attribute, count, ... */
  readonly c?: readonly number[]
}

interface StoredRoot {
  /** Format. */
  readonly f: 1
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
    f: 1,
    t: basisT,
    hash: note.hash,
    x: note.excisions,
    attributes: [...schema.attributes.values()],
    idents: [...schema.idents],
    identOf: [...schema.identOf],
    aliases: [...aliases].filter(([id]) => !isPendingTx(id)).flat(),
    bases: [present, past].flatMap((trees) => INDEXES.map((index) => packBase(index, trees[index].base))),
  }
  return encode(root)
}

/** The value that `bytes` name. Throws `storage/corrupt`. */
export function decodeRoot(bytes: Uint8Array, source: SegmentSource): RootNote & { readonly db: Db } {
  try {
    const root = decode(bytes, { useMaps: false }) as StoredRoot
    if (root.f !== 1) throw new RangeError(`format ${root.f} is not known`)
    const trees = (first: number): Trees =>
      Object.fromEntries(
        INDEXES.map((index, i) => [index, baseIndex(index, unpackBase(index, root.bases[first + i], source))]),
      ) as Trees
    const db: Db = {
      schema: schemaOf(root),
      basisT: root.t,
      lastTx: txOfT(root.t),
      present: trees(0),
      past: trees(INDEXES.length),
      aliases: pairsOf(root.aliases),
      view: PLAIN_VIEW,
    }
    return { db, hash: root.hash, excisions: root.x }
  } catch (cause) {
    throw new AnnalsError('storage/corrupt', 'the root of the indexes cannot be read', {}, { cause })
  }
}

function packBase(index: Index, base: Base | undefined): StoredBase | null {
  if (base === undefined) return null
  const { ids, ends, borders, ofAttribute } = base
  return {
    i: ids.map((id, i) => id - (ids[i - 1] ?? 0)),
    n: Array.from(ends, (end, i) => end - (ends[i - 1] ?? 0)),
    b: encodeSegment(index, borders),
    ...(ofAttribute && { c: [...ofAttribute].flat() }),
  }
}

function unpackBase(index: Index, stored: StoredBase | null | undefined, source: SegmentSource): Base | undefined {
  if (stored === null || stored === undefined) return undefined
  const borders = decodeSegment(stored.b, `the borders of ${index}`)
  const { i, n, c = [] } = stored
  if (borders.index !== index || i.length !== borders.rows.length || n.length !== i.length || i.length === 0) {
    throw new RangeError(`${index}: ${i.length} segments with ${n.length} counts and ${borders.rows.length} borders`)
  }
  return {
    source,
    ids: sums(i),
    borders: borders.rows,
    ends: Int32Array.from(sums(n)),
    ofAttribute: index === 'aevt' ? pairsOf(c) : undefined,
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

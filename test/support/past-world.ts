import { txOfT } from '../../src/datom/ids.ts'
import { stringValue } from '../../src/datom/read-value.ts'
import { TxDataBuilder } from '../../src/datom/tx-data.ts'
import type { Value } from '../../src/datom/value.ts'
import { applyTx } from '../../src/db/apply.ts'
import type { SegmentSink } from '../../src/db/base-writer.ts'
import type { Db } from '../../src/db/db.ts'
import type { Index } from '../../src/db/index-order.ts'
import { SegmentCache } from '../../src/db/segment-cache.ts'
import type { DbHandle } from '../../src/engine/handle.ts'
import { memory, open } from '../../src/engine.ts'

/** One attribute for each way in which facts are filed. */
const schema = {
  'x/n': { type: 'long', index: true },
  'x/text': { type: 'string' },
  'x/tags': { type: 'string', many: true, index: true },
  'x/to': { type: 'ref' },
  'x/knows': { type: 'ref', many: true, index: true },
} as const

/** What held, from transaction `from` until just before `to`; without `to` it still does. */
export interface Fact {
  readonly e: number
  readonly a: number
  readonly v: Value
  readonly from: number
  to?: number
}

/** A database that is written to datom by datom, and every fact it ever held. */
export class PastWorld {
  readonly facts: Fact[] = []
  private readonly current = new Map<string, Fact>()

  private constructor(
    public db: Db,
    /** Ids of the attributes, in the order of the schema. */
    readonly attributes: readonly number[],
  ) {}

  static async begin(): Promise<PastWorld> {
    const conn = await open('past', { storage: memory(), schema })
    const db = await (conn.db() as unknown as DbHandle).unwrap()
    const attributes = Object.keys(schema).map((name) => db.schema.idents.get(`:${name}`) as number)
    await conn.close()
    return new PastWorld(db, attributes)
  }

  /** Another one that begins where `begun` did. */
  static of({ db, attributes }: PastWorld): PastWorld {
    return new PastWorld(db, attributes)
  }

  /** The newest transaction. */
  get tx(): number {
    return this.db.lastTx
  }

  /** Says each `[entity, attribute, value]` in one transaction, or takes it back where it holds. */
  async toggle(says: readonly (readonly [e: number, a: number, v: Value])[]): Promise<void> {
    const t = this.db.basisT + 1
    const data = new TxDataBuilder()
    const spoken = new Set<string>()
    for (const [e, a, v] of says) {
      const isMany = this.db.schema.attributes.get(a)?.many === true
      const place = isMany ? `${e} ${a} ${String(v)}` : `${e} ${a}`
      if (spoken.has(place)) continue
      spoken.add(place)
      const old = this.current.get(place)
      if (old !== undefined) {
        data.push(e, a, old.v, 0)
        old.to = txOfT(t)
        this.current.delete(place)
      }
      if (old?.v === v) continue
      data.push(e, a, v, 1)
      const fact = { e, a, v, from: txOfT(t) }
      this.facts.push(fact)
      this.current.set(place, fact)
    }
    this.db = await applyTx(this.db, txOfT(t), data, t)
  }

  /** An attribute by its place in the schema, with the n-th value that it may have. */
  fact(e: number, place: number, n: number): readonly [e: number, a: number, v: Value] {
    const a = this.attributes[place] as number
    const type = this.db.schema.attributes.get(a)?.type
    return [e, a, type === 'string' ? stringValue(`v${n}`) : type === 'ref' ? FIRST_ENTITY + n : n]
  }

  /** Whether the facts of an attribute are in an index. */
  isFiled(index: Index, a: number): boolean {
    const attribute = this.db.schema.attributes.get(a)
    if (index === 'avet') return attribute?.index === true
    return index !== 'vaet' || attribute?.type === 'ref'
  }
}

export const FIRST_ENTITY = 5000

/** A place for segments that counts what is read of it, and keeps nothing in memory. */
export function countingSink(maxRows: number): SegmentSink & { readonly source: SegmentCache } {
  const stored = new Map<number, Uint8Array>()
  return {
    source: new SegmentCache(async (ids) => ids.map((id) => stored.get(id)), 0),
    maxRows,
    write(bytes) {
      const id = stored.size + 1
      stored.set(id, bytes)
      return id
    },
    breathe: async () => undefined,
  }
}

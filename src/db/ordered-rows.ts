import { isTx } from '../datom/ids.ts'
import { isInAvet, type Schema } from '../datom/schema.ts'
import type { Index } from './index-order.ts'
import { concatRows, pickRows, type Rows, sliceRows } from './rows.ts'
import { groupByAttribute, sortByTarget, sortByValue, sortRows } from './sort-rows.ts'

/** Rows in the order of each index, those that it has of them: sorted when they are asked for, and only then. */
export class OrderedRows implements Readonly<Record<Index, Rows>> {
  #known: Rows | undefined

  constructor(
    readonly schema: Schema,
    private readonly rows: Rows,
  ) {}

  get length(): number {
    return this.rows.length
  }

  get eavt(): Rows {
    this.#known ??= sortRows('eavt', this.rows)
    return this.#known
  }

  get aevt(): Rows {
    return groupByAttribute(this.eavt)
  }

  get avet(): Rows {
    return sortByValue(this.#ofAttributes((a) => isIndexed(this.schema, a)))
  }

  get vaet(): Rows {
    return sortByTarget(this.#ofAttributes((a) => this.schema.attributes.get(a)?.type === 'ref'))
  }

  /** Those of attributes that `keep` takes, in the order of AEVT. */
  #ofAttributes(keep: (a: number) => boolean): Rows {
    const { eavt } = this
    const kept = new Map<number, boolean>()
    for (const a of eavt.a) if (!kept.has(a)) kept.set(a, keep(a))
    const places: number[] = []
    for (let i = 0; i < eavt.length; i++) if (kept.get(eavt.a[i] as number)) places.push(i)
    return places.length === eavt.length ? this.aevt : groupByAttribute(pickRows(eavt, places))
  }
}

/** All rows of `runs`, which have one schema. Requires: at least one run. */
export function joinOrdered(runs: readonly OrderedRows[]): OrderedRows {
  const [first] = runs as readonly [OrderedRows]
  if (runs.length === 1) return first
  // what each says of its transaction sorts behind all entities
  const own: Rows[] = []
  const others: Rows[] = []
  let length = 0
  for (const { eavt } of runs) {
    const at = eavt.e.findIndex(isTx)
    const end = at < 0 ? eavt.length : at
    others.push(sliceRows(eavt, 0, end))
    own.push(sliceRows(eavt, end, eavt.length))
    length += eavt.length
  }
  return new OrderedRows(first.schema, concatRows([...others, ...own], length))
}

export function isIndexed(schema: Schema, a: number): boolean {
  const attribute = schema.attributes.get(a)
  return attribute !== undefined && isInAvet(attribute)
}

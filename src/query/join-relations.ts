import type { Edn } from '../datom/atoms.ts'
import { codesOf } from './codes-of.ts'
import { type Column, countingColumn, pickColumn } from './column.ts'
import { IntBuffer } from './int-buffer.ts'
import { indexInts } from './int-index.ts'
import type { Relation } from './relation.ts'
import { RowSet } from './row-set.ts'
import type { Run } from './run.ts'

type Wanted = (slot: number) => boolean

/** The slots that both relations have. */
export const sharedSlots = (a: Relation, b: Relation): number[] => a.slots.filter((slot) => b.slots.includes(slot))

/**
 * The natural join: rows of `a` and `b` that agree in the slots they share, as columns of all slots that are wanted. Without a
 * shared slot, every pair. The smaller side is hashed.
 */
export function joinRelations(run: Run, a: Relation, b: Relation, wanted: Wanted, form: Edn): Relation {
  const shared = sharedSlots(a, b)
  const [left, right] = shared.length > 0 && b.length > a.length * 2 ? [b, a] : [a, b]
  const rows = new Pairs(run, form)
  if (shared.length === 0) matchAll(left, right, rows)
  else matchEqual(run, left, right, shared, rows)
  return rows.relation(left, right, wanted)
}

class Pairs {
  readonly left = new IntBuffer()
  readonly right = new IntBuffer()
  constructor(
    private readonly run: Run,
    private readonly form: Edn,
  ) {}

  push(left: number, right: number): void {
    this.left.push(left)
    this.right.push(right)
    if ((this.left.length & 4095) === 0) this.check()
  }

  /** Throws where `length` pairs are too many, or there was no more time for them. */
  check(length = this.left.length): void {
    this.run.limits.checkRows(length, this.form)
    this.run.limits.checkTime(this.form)
  }

  relation(a: Relation, b: Relation, wanted: Wanted): Relation {
    this.check()
    const n = this.left.length
    const unchanged = this.left.isCounting(a.length)
    const slots: number[] = []
    const columns: Column[] = []
    a.slots.forEach((slot, i) => {
      if (!wanted(slot)) return
      slots.push(slot)
      columns.push(unchanged ? (a.columns[i] as Column) : pickColumn(a.columns[i] as Column, this.left.data, n))
    })
    b.slots.forEach((slot, i) => {
      if (!wanted(slot) || slots.includes(slot)) return
      slots.push(slot)
      columns.push(pickColumn(b.columns[i] as Column, this.right.data, n))
    })
    const all = new Set([...a.slots, ...b.slots]).size === slots.length
    return {
      length: n,
      slots,
      columns,
      sorted: slots.includes(a.sorted) ? a.sorted : -1,
      distinct: all && a.distinct && b.distinct,
    }
  }
}

function matchAll(a: Relation, b: Relation, out: Pairs): void {
  out.check(a.length * b.length)
  for (let i = 0; i < a.length; i++) for (let j = 0; j < b.length; j++) out.push(i, j)
}

function matchEqual(run: Run, a: Relation, b: Relation, shared: readonly number[], out: Pairs): void {
  const [keysA, keysB] =
    shared.length === 1
      ? [codesOf(run, a, shared[0] as number), codesOf(run, b, shared[0] as number)]
      : numbered(run, a, b, shared)
  const index = indexInts(keysB)
  const { next } = index
  for (let i = 0; i < a.length; i++) {
    for (let j = index.first(keysA[i] as number); j !== -1; j = next[j] as number) out.push(i, j)
  }
}

/** Numbers of the rows of both relations that are equal where the rows agree in `shared`. */
function numbered(run: Run, a: Relation, b: Relation, shared: readonly number[]): [Int32Array, Int32Array] {
  const set = new RowSet(shared.length)
  return [a, b].map((r) => {
    const keys = shared.map((slot) => codesOf(run, r, slot))
    return countingColumn(r.length).map((i) => set.numberOf(keys, i))
  }) as [Int32Array, Int32Array]
}

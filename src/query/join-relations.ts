import type { Edn } from '../datom/atoms.ts'
import { codesOf } from './codes-of.ts'
import { type Column, pickColumn } from './column.ts'
import { IntBuffer } from './int-buffer.ts'
import { indexInts } from './int-index.ts'
import { columnOf, type Relation } from './relation.ts'
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
  const [only, more] = shared
  if (only === undefined) matchAll(left, right, rows)
  else if (more !== undefined) matchSeveral(run, left, right, shared, rows)
  else matchOne(run, columnOf(left, only) as Column, columnOf(right, only) as Column, rows)
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

function matchOne(run: Run, a: Column, b: Column, out: Pairs): void {
  const index = indexInts(run.codes.ofColumn(b))
  const keys = run.codes.findColumn(a)
  const { next } = index
  for (let i = 0; i < keys.length; i++) {
    for (let j = index.first(keys[i] as number); j !== -1; j = next[j] as number) out.push(i, j)
  }
}

function matchAll(a: Relation, b: Relation, out: Pairs): void {
  out.check(a.length * b.length)
  for (let i = 0; i < a.length; i++) for (let j = 0; j < b.length; j++) out.push(i, j)
}

function matchSeveral(run: Run, a: Relation, b: Relation, shared: readonly number[], out: Pairs): void {
  const keysOf = (r: Relation): Int32Array[] => shared.map((slot) => codesOf(run, r, slot))
  const keysA = keysOf(a)
  const keysB = keysOf(b)
  const set = new RowSet(shared.length)
  const numbers = new Int32Array(b.length)
  for (let j = 0; j < b.length; j++) numbers[j] = set.numberOf(keysB, j)
  const index = indexInts(numbers)
  const { next } = index
  for (let i = 0; i < a.length; i++) {
    for (let j = index.first(set.find(keysA, i)); j !== -1; j = next[j] as number) out.push(i, j)
  }
}

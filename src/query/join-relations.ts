import type { Edn } from '../datom/atoms.ts'
import { type Column, pickColumn } from './column.ts'
import { IntBuffer } from './int-buffer.ts'
import { type IntIndex, indexInts } from './int-index.ts'
import { columnOf, dropColumns, type Relation } from './relation.ts'
import { RowSet } from './row-set.ts'
import type { Run } from './run.ts'

type Wanted = (slot: number) => boolean

/** The slots that both relations have. */
export const sharedSlots = (a: Relation, b: Relation): number[] => a.slots.filter((slot) => b.slots.includes(slot))

/**
 * The natural join: rows of `a` and `b` that agree in the slots they share, as columns of all slots that are wanted. Without a
 * shared slot, every pair. `index`: `b`'s rows by the only shared slot, if somebody has it already.
 */
export function joinRelations(
  run: Run,
  a: Relation,
  b: Relation,
  wanted: Wanted,
  form: Edn,
  index?: IntIndex,
): Relation {
  const shared = sharedSlots(a, b)
  if (shared.length === 0) return crossJoin(run, a, b, wanted, form)
  // the smaller side is hashed, unless an index is there
  if (index === undefined && b.length > a.length * 2) return joinRelations(run, b, a, wanted, form, NO_INDEX)
  const rows = new Pairs(run, form)
  const [only] = shared as [number]
  if (shared.length === 1) {
    const known = index === NO_INDEX ? undefined : index
    matchOne(run, columnOf(a, only) as Column, columnOf(b, only) as Column, known, rows)
  } else matchSeveral(run, a, b, shared, rows)
  return rows.relation(a, b, wanted)
}
/** Says that sides have been exchanged already. */
const NO_INDEX: IntIndex = indexInts(new Int32Array(0))

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

  check(): void {
    this.run.limits.checkRows(this.left.length, this.form)
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

function matchOne(run: Run, a: Column, b: Column, known: IntIndex | undefined, out: Pairs): void {
  const index = known ?? indexInts(run.codes.ofColumn(b))
  const keys = run.codes.findColumn(a)
  const { next } = index
  for (let i = 0; i < keys.length; i++) {
    for (let j = index.first(keys[i] as number); j !== -1; j = next[j] as number) out.push(i, j)
  }
}

function matchSeveral(run: Run, a: Relation, b: Relation, shared: readonly number[], out: Pairs): void {
  const keysOf = (r: Relation): Int32Array[] => shared.map((slot) => run.codes.ofColumn(columnOf(r, slot) as Column))
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

function crossJoin(run: Run, a: Relation, b: Relation, wanted: Wanted, form: Edn): Relation {
  const keptA = dropColumns(a, a.slots.filter(wanted), a.distinct && a.slots.every(wanted))
  const keptB = dropColumns(b, b.slots.filter(wanted), b.distinct && b.slots.every(wanted))
  if (b.length === 1 && keptB.slots.length === 0) return keptA
  if (a.length === 1 && keptA.slots.length === 0) return keptB
  run.limits.checkRows(a.length * b.length, form)
  const n = a.length * b.length
  const left = new Int32Array(n)
  const right = new Int32Array(n)
  for (let i = 0, k = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++, k++) {
      left[k] = i
      right[k] = j
    }
  }
  return {
    length: n,
    slots: [...keptA.slots, ...keptB.slots],
    columns: [
      ...keptA.columns.map((c) => pickColumn(c, left, n)),
      ...keptB.columns.map((c) => pickColumn(c, right, n)),
    ],
    sorted: keptA.sorted,
    distinct: keptA.distinct && keptB.distinct,
  }
}

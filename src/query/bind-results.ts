import type { Edn } from '../datom/atoms.ts'
import { sameValue, type Value } from '../datom/value.ts'
import type { Result } from './builtin.ts'
import { ColumnBuilder } from './column.ts'
import { asValue, listArg } from './functions/arguments.ts'
import { IntBuffer } from './int-buffer.ts'
import { columnOf, dropColumns, pickRows, type Relation } from './relation.ts'
import type { Run } from './run.ts'
import { bindingSlots, type SlotBinding, takeApart } from './slot-binding.ts'

/**
 * `r` with the columns that taking apart `result(row)` gives. A variable that has a value already keeps only the rows in which
 * the new one unifies with it.
 */
export function bindResults(
  run: Run,
  binding: SlotBinding,
  r: Relation,
  wanted: (slot: number) => boolean,
  form: Edn,
  result: (row: number) => Result,
): Relation {
  const taker = new Taker(run, binding, r, form)
  for (let i = 0; i < r.length; i++) {
    taker.take(i, result(i))
    if ((i & 1023) === 1023) {
      run.limits.checkTime(form, i)
      run.limits.checkRows(taker.rows.length, form)
    }
  }
  run.limits.checkRows(taker.rows.length, form)
  return taker.relation(wanted)
}

function isSingle(b: SlotBinding): boolean {
  return b.kind === 'slot' || (b.kind === 'tuple' && b.items.every(isSingle))
}

/** Nothing has no members. */
const membersOf = (x: Result): readonly Result[] => (x === null ? [] : listArg(x))

/** Collects the rows that a binding makes of results. */
class Taker {
  readonly rows = new IntBuffer()
  readonly #slots: number[] = []
  readonly #builders: ColumnBuilder[] = []
  /** The row at hand. */
  #row = 0
  /** By slot: the value in it. */
  readonly #now: (Value | undefined)[] = []
  /** The column of the only variable, where nothing has given it a value before. */
  readonly #only: ColumnBuilder | undefined
  /** Whether a result makes one row at most. */
  readonly #isSingle: boolean

  constructor(
    private readonly run: Run,
    private readonly binding: SlotBinding,
    private readonly r: Relation,
    private readonly form: Edn,
  ) {
    bindingSlots(binding, (slot) => {
      if (this.#slots.includes(slot)) return
      this.#slots.push(slot)
      this.#builders.push(new ColumnBuilder(Math.min(r.length, 4096)))
    })
    this.#isSingle = isSingle(binding)
    const isNew = (slot: number): boolean => run.constants[slot] === undefined && !r.slots.includes(slot)
    if (binding.kind === 'slot' && isNew(binding.slot)) this.#only = this.#builders[0]
  }

  take(row: number, result: Result): void {
    if (result === null) return
    if (this.#only !== undefined) {
      this.rows.push(row)
      this.#only.push(this.#counted(result) as Value)
      return
    }
    this.#row = row
    takeApart(this.binding, result, membersOf, this.#set, () => {
      this.rows.push(row)
      for (let k = 0; k < this.#slots.length; k++) {
        ;(this.#builders[k] as ColumnBuilder).push(this.#now[this.#slots[k] as number] as Value)
      }
    })
  }

  #counted(x: Result): Value | null {
    const v = asValue(x)
    if (typeof v === 'string') this.run.limits.countText(v.length, this.form)
    return v
  }

  readonly #set = (slot: number, x: Result, rest: () => void): void => {
    const v = this.#counted(x ?? null)
    if (slot === -1) rest()
    else if (v !== null) {
      const before = this.#now[slot] ?? this.run.constants[slot] ?? columnOf(this.r, slot)?.[this.#row]
      if (before === undefined) this.#with(slot, v, rest)
      else if (before === v || sameValue(before, v)) this.#with(slot, before, rest)
    }
  }

  #with(slot: number, v: Value, then: () => void): void {
    const before = this.#now[slot]
    this.#now[slot] = v
    then()
    this.#now[slot] = before
  }

  relation(wanted: (slot: number) => boolean): Relation {
    const { r, rows } = this
    const n = rows.length
    const base = dropColumns(r, r.slots.filter(wanted), r.distinct && r.slots.every(wanted))
    const left = rows.isCounting(r.length) ? base : pickRows(base, rows.data, n, true, this.#isSingle)
    const slots = [...left.slots]
    const columns = [...left.columns]
    this.#slots.forEach((slot, k) => {
      if (!wanted(slot) || slots.includes(slot) || this.run.constants[slot] !== undefined) return
      slots.push(slot)
      columns.push((this.#builders[k] as ColumnBuilder).done())
    })
    return { ...left, length: n, slots, columns, distinct: left.distinct && this.#isSingle }
  }
}

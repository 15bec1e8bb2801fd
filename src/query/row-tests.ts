import { sameValue, type Value } from '../datom/value.ts'
import type { Batch } from '../db/scan.ts'
import { Place } from './step.ts'
import { formOf } from './value-form.ts'

/** A condition on the rows of a batch that the index range does not already ensure. */
export type RowTest = ValueTest | { readonly kind: 'same'; readonly place: number; readonly other: number }

/** `ints`: which of the 32-bit integers pass, where those are a range. */
type ValueTest = { readonly place: number; readonly ints?: IntRange } & (
  | { readonly kind: 'equal'; readonly value: Value; readonly mixed: boolean }
  | { readonly kind: 'test'; readonly test: (v: Value) => boolean }
)

/** Both ends included. */
export interface IntRange {
  readonly least: number
  readonly greatest: number
}

/** The column of a place; in views that know no retractions, the fifth is undefined. */
export function placeColumn(b: Batch, place: number): ArrayLike<Value> | undefined {
  switch (place) {
    case Place.e:
      return b.e
    case Place.a:
      return b.a
    case Place.v:
      return b.v
    case Place.tx:
      return b.tx
    default:
      return b.added && operationsOf(b.added)
  }
}

/** The operations of a batch as values, made once: a join comes back to a batch many times. */
const operations = new WeakMap<Uint8Array, readonly boolean[]>()
function operationsOf(added: Uint8Array): readonly boolean[] {
  const known = operations.get(added) ?? Array.from(added, (op) => op === 1)
  operations.set(added, known)
  return known
}

// What selectRows gives: one array serves all, for its contents are used up before the next batch is looked at.
let selected = new Int32Array(512)

/** The rows that {@link selectRows} found, until it is called again. */
export const selectedRows = (): Int32Array => selected

/** Selects the rows of `b` that pass all tests, ascending; how many there are. They stand in {@link selectedRows}. */
export function selectRows(b: Batch, tests: readonly RowTest[]): number {
  if (selected.length < b.end - b.start) selected = new Int32Array(b.end - b.start)
  const rows = selected
  const { start, end } = b
  const [first, ...rest] = tests
  if (first !== undefined && first.kind !== 'same' && first.place === Place.v) {
    return keepRows(b, rest, rows, undefined, selectByValue(b, first, rows))
  }
  for (let i = start; i < end; i++) rows[i - start] = i
  return keepRows(b, tests, rows, undefined, end - start)
}

/**
 * Selects by the value. Where that is known at once every row is put down, and counted only if it passes: a branch that the data
 * decides is guessed wrong too often, which costs as much as ten rows.
 */
function selectByValue(b: Batch, t: ValueTest, rows: Int32Array): number {
  const { start, end, v } = b
  const form = formOf(b)
  const test = valueTest(t)
  let n = 0
  if (form instanceof Int32Array && t.ints !== undefined) {
    const least = t.ints.least | 0
    const greatest = t.ints.greatest | 0
    for (let i = start; i < end; i++) {
      const x = form[i] as number
      rows[n] = i
      n += +(x >= least) & +(x <= greatest)
    }
  } else if (form && 'list' in form) {
    const { list, at } = form
    const passes = new Uint8Array(list.length)
    if (t.kind === 'equal' && !t.mixed) passes[list.indexOf(t.value)] = 1
    else {
      // values of other rows are not to be tested
      for (let i = start; i < end; i++) passes[at[i] as number] = 1
      for (let code = 0; code < passes.length; code++) passes[code] &&= +test(list[code] as Value)
    }
    for (let i = start; i < end; i++) {
      rows[n] = i
      n += passes[at[i] as number] as number
    }
  } else for (let i = start; i < end; i++) if (test(v[i] as Value)) rows[n++] = i
  return n
}

/** Keeps of `rows[0 ..< n]` (and of `beside`, entry for entry) those that pass all tests; how many are left. */
export function keepRows(
  b: Batch,
  tests: readonly RowTest[],
  rows: Int32Array,
  beside: Int32Array | undefined,
  n: number,
): number {
  let left = n
  for (const test of tests) left = keepBy(b, test, rows, beside, left)
  return left
}

function keepBy(b: Batch, t: RowTest, rows: Int32Array, beside: Int32Array | undefined, n: number): number {
  const column = placeColumn(b, t.place)
  const passes = rowPredicate(b, t, column)
  let left = 0
  for (let k = 0; k < n; k++) {
    const i = rows[k] as number
    if (!passes(i)) continue
    rows[left] = i
    if (beside !== undefined) beside[left] = beside[k] as number
    left++
  }
  return left
}

function rowPredicate(b: Batch, t: RowTest, column: ArrayLike<Value> | undefined): (row: number) => boolean {
  const at = column === undefined ? () => true : (i: number) => column[i] as Value
  if (t.kind === 'same') {
    const other = placeColumn(b, t.other)
    return (i) => sameValue(at(i), other === undefined ? true : (other[i] as Value))
  }
  if (t.kind === 'equal' && !t.mixed && t.place === Place.v) {
    const form = formOf(b)
    if (form && 'list' in form) {
      const code = form.list.indexOf(t.value)
      return (i) => form.at[i] === code
    }
  }
  const test = valueTest(t)
  return (i) => test(at(i))
}

function valueTest(t: ValueTest): (v: Value) => boolean {
  if (t.kind === 'test') return t.test
  const { value } = t
  return t.mixed ? (v) => sameValue(v, value) : (v) => v === value
}

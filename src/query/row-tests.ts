import { sameValue, type Value } from '../datom/value.ts'
import type { Batch } from '../db/scan.ts'
import { Place } from './step.ts'
import { formOf } from './value-form.ts'

/** A condition on the rows of a batch that the index range does not already ensure. */
export type RowTest =
  | { readonly kind: 'equal'; readonly place: number; readonly value: Value; readonly mixed: boolean }
  | { readonly kind: 'same'; readonly place: number; readonly other: number }
  | { readonly kind: 'test'; readonly place: number; readonly test: (v: Value) => boolean }

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
  let left = rest
  let n = 0
  if (first?.kind === 'equal' && !first.mixed && first.place === Place.v) n = selectEqual(b, first.value, rows)
  else if (first?.kind === 'test' && first.place === Place.v) {
    n = selectPassing(b, first.test, rows)
  } else {
    left = [...tests]
    for (let i = start; i < end; i++) rows[n++] = i
  }
  return keepRows(b, left, rows, undefined, n)
}

function selectEqual(b: Batch, value: Value, rows: Int32Array): number {
  const { start, end, v } = b
  let n = 0
  const form = formOf(b)
  if (form && 'list' in form) {
    const { list, at } = form
    const code = list.indexOf(value)
    if (code !== -1) for (let i = start; i < end; i++) if (at[i] === code) rows[n++] = i
  } else for (let i = start; i < end; i++) if (v[i] === value) rows[n++] = i
  return n
}

function selectPassing(b: Batch, test: (v: Value) => boolean, rows: Int32Array): number {
  const { start, end, v } = b
  let n = 0
  const form = formOf(b)
  if (form && 'list' in form) {
    const { list, at } = form
    const passes: boolean[] = []
    for (let i = start; i < end; i++) {
      const code = at[i] as number
      passes[code] ??= test(list[code] as Value)
      if (passes[code]) rows[n++] = i
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
  switch (t.kind) {
    case 'equal': {
      const { value } = t
      if (t.mixed) return (i) => sameValue(at(i), value)
      if (column === undefined) return () => value === true
      const form = t.place === Place.v ? formOf(b) : undefined
      if (form && 'list' in form) {
        const code = form.list.indexOf(value)
        return (i) => form.at[i] === code
      }
      return (i) => column[i] === value
    }
    case 'same': {
      const other = placeColumn(b, t.other)
      return (i) => sameValue(at(i), other === undefined ? true : (other[i] as Value))
    }
    default: {
      const { test } = t
      return (i) => test(at(i))
    }
  }
}

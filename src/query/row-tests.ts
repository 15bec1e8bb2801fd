import { sameValue, type Value } from '../datom/value.ts'
import type { Batch } from '../db/scan.ts'
import type { Coded } from './column.ts'
import { Place } from './step.ts'
import { formOf } from './value-form.ts'

/** A condition on the rows of a batch that the index range does not already ensure. */
export type RowTest =
  | { readonly kind: 'equal'; readonly place: number; readonly value: Value; readonly mixed: boolean }
  | { readonly kind: 'same'; readonly place: number; readonly other: number }
  | { readonly kind: 'test'; readonly place: number; readonly test: (v: Value) => boolean; readonly ints?: IntRange }

/** The integers that pass a test, both ends included. */
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
  if (first !== undefined && first.place === Place.v && first.kind !== 'same' && !isMixed(first)) {
    return keepRows(b, rest, rows, undefined, selectByValue(b, first, rows))
  }
  for (let i = start; i < end; i++) rows[i - start] = i
  return keepRows(b, tests, rows, undefined, end - start)
}

const isMixed = (t: RowTest): boolean => t.kind === 'equal' && t.mixed

/**
 * Selects by the value. Every row is put down and counted only if it passes: a branch that the data decides is guessed wrong too
 * often, which costs as much as ten rows.
 */
function selectByValue(b: Batch, t: Exclude<RowTest, { readonly kind: 'same' }>, rows: Int32Array): number {
  const { start, end, v } = b
  const form = formOf(b)
  let n = 0
  if (form instanceof Int32Array && t.kind === 'test' && t.ints !== undefined) {
    const least = t.ints.least | 0
    const greatest = t.ints.greatest | 0
    for (let i = start; i < end; i++) {
      const x = form[i] as number
      rows[n] = i
      n += +(x >= least) & +(x <= greatest)
    }
  } else if (form && 'list' in form) {
    const { at } = form
    const passes = passingCodes(form, t, start, end)
    for (let i = start; i < end; i++) {
      rows[n] = i
      n += passes[at[i] as number] as number
    }
  } else if (t.kind === 'equal') {
    const { value } = t
    for (let i = start; i < end; i++) {
      rows[n] = i
      n += +(v[i] === value)
    }
  } else {
    const { test } = t
    for (let i = start; i < end; i++) {
      rows[n] = i
      n += +test(v[i] as Value)
    }
  }
  return n
}

/** 1 for each code whose value passes. Only values of the rows `start ..< end` are tested. */
function passingCodes({ list, at }: Coded, t: RowTest, start: number, end: number): Uint8Array {
  const passes = new Uint8Array(list.length)
  if (t.kind === 'equal') {
    const code = list.indexOf(t.value)
    if (code !== -1) passes[code] = 1
  } else if (t.kind === 'test') {
    for (let i = start; i < end; i++) passes[at[i] as number] = 1
    for (let code = 0; code < passes.length; code++) passes[code] &&= +t.test(list[code] as Value)
  }
  return passes
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
    rows[left] = i
    if (beside !== undefined) beside[left] = beside[k] as number
    left += +passes(i)
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

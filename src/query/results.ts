import { AnnalsError } from '../base/errors.ts'
import { readUntyped } from '../datom/read-value.ts'
import { showValue } from '../datom/show-value.ts'
import type { Value } from '../datom/value.ts'
import { AGGREGATES, gather } from './aggregates.ts'
import { isList, type Result } from './builtin.ts'
import type { Codes } from './codes.ts'
import type { Column } from './column.ts'
import type { QueryEnv } from './env.ts'
import { groupRows } from './group-rows.ts'
import { showForm } from './malformed.ts'
import { atOnce, callFailed } from './own-call.ts'
import { columnOf, type Relation } from './relation.ts'
import type { Find, FindElement } from './syntax.ts'

/** A column of a result: what the engine found, or what a custom aggregate made, which is as applications see it already. */
export type Output =
  | { readonly kind: 'values'; readonly column: Int32Array | readonly Result[] }
  | { readonly kind: 'shown'; readonly shown: readonly unknown[] }

export interface Table {
  readonly length: number
  /** Where groups are: for each its first row of what was found. */
  readonly rows?: readonly number[]
  readonly outputs: readonly Output[]
}

/** The distinct rows of find elements without aggregates. `found` are the elements' slots, which `r` has. */
export function plainTable(r: Relation, found: readonly number[]): Table {
  return {
    length: r.length,
    outputs: found.map((slot) => ({ kind: 'values', column: columnOf(r, slot) as Column })),
  }
}

/** Groups distinct rows by the slots in `keys`, and computes the aggregates; the other elements are as in a group's first row. */
export function aggregateTable(
  r: Relation,
  find: Find,
  found: readonly number[],
  keys: readonly number[],
  amounts: readonly (readonly Value[])[],
  codes: Codes,
  env: QueryEnv,
): Table {
  const keyColumns = keys.map((slot) => columnOf(r, slot) as Column)
  const { of: groups, firsts } = groupRows(keyColumns, r.length, codes)
  const count = firsts.length
  const outputs = find.elements.map((element, i): Output => {
    const column = columnOf(r, found[i] as number) as Column
    if (element.kind !== 'aggregate') return { kind: 'values', column: firsts.map((row) => column[row] as Value) }
    return aggregated(element, column, groups, count, amounts[i] ?? [], codes, env)
  })
  return { length: count, outputs, rows: firsts }
}

function aggregated(
  element: FindElement & { readonly kind: 'aggregate' },
  column: Column,
  groups: Int32Array,
  count: number,
  amounts: readonly Value[],
  codes: Codes,
  env: QueryEnv,
): Output {
  const builtin = AGGREGATES.get(element.fn)
  try {
    if (builtin === undefined) {
      const own = env.aggregates.get(element.fn) as (...args: unknown[]) => unknown
      const args = amounts.map(showValue)
      return {
        kind: 'shown',
        shown: gather(column, groups, count).map((values) => atOnce(own(...args, values.map(showValue)))),
      }
    }
    return { kind: 'values', column: builtin.apply(column, groups, count, amounts[0] as number | undefined, codes) }
  } catch (cause) {
    throw callFailed(showForm(element.form), element.fn, cause)
  }
}

/** Checks the numbers before the variables of the built-in aggregates. Throws `query/bad-argument`. */
export function checkAmounts(find: Find, amounts: readonly (readonly Value[])[]): void {
  find.elements.forEach((element, i) => {
    if (element.kind !== 'aggregate' || !AGGREGATES.has(element.fn)) return
    for (const n of amounts[i] ?? []) {
      if (typeof n === 'number' && Number.isInteger(n) && n >= 0) continue
      const clause = showForm(element.form)
      throw new AnnalsError('query/bad-argument', `${clause}: wanted a whole number from 0 before the variable`, {
        clause,
      })
    }
  })
}

/** What an output is in a row to the engine; `where` names what asks. */
export function resultAt(output: Output, row: number, where: string): Result {
  if (output.kind === 'values') return output.column[row] as Result
  const shown = output.shown[row] ?? null
  return shown === null ? null : readUntyped(shown, where)
}

/** A result as applications see it. */
export const showResult = (x: Result): unknown => (isList(x) ? x.map(showResult) : x === null ? null : showValue(x))

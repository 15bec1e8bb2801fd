import type { Batch } from '../db/scan.ts'
import { ColumnBuilder } from './column.ts'
import type { Limits } from './limits.ts'
import { copyPlace, type Out, pickPlace } from './pair-sink.ts'
import { type Relation, UNIT } from './relation.ts'
import { type RowTest, selectedRows, selectRows } from './row-tests.ts'
import type { PatternStep } from './step.ts'

/** The rows of batches that pass all tests, as a relation over `outs`. */
export function relationOf(
  batches: readonly Batch[],
  tests: readonly RowTest[],
  outs: readonly Out[],
  step: PatternStep,
  limits: Limits,
): Relation {
  if (outs.length === 0) return anyRow(batches, tests) ? UNIT : { ...UNIT, length: 0 }
  let total = 0
  for (const b of batches) total += b.end - b.start
  const capacity = tests.length === 0 ? total : Math.min(total, 1024)
  const builders = outs.map(() => new ColumnBuilder(capacity))
  for (const b of batches) {
    if (tests.length === 0) {
      for (const [o, { place }] of outs.entries()) copyPlace(builders[o] as ColumnBuilder, b, place, b.start, b.end)
      continue
    }
    const n = selectRows(b, tests)
    const rows = selectedRows()
    for (let o = 0; o < outs.length; o++) {
      pickPlace(builders[o] as ColumnBuilder, b, (outs[o] as Out).place, rows, n)
    }
    limits.checkRows((builders[0] as ColumnBuilder).length, step.form)
  }
  const columns = builders.map((builder) => builder.done())
  const length = (columns[0] as ArrayLike<unknown>).length
  limits.checkRows(length, step.form)
  return { length, slots: outs.map((out) => out.slot), columns, sorted: -1, distinct: false }
}

function anyRow(batches: readonly Batch[], tests: readonly RowTest[]): boolean {
  for (const b of batches) {
    if (tests.length === 0) return true
    if (selectRows(b, tests) > 0) return true
  }
  return false
}

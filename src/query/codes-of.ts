import { type Column, constantColumn } from './column.ts'
import { columnOf, type Relation } from './relation.ts'
import type { Run } from './run.ts'

/** The codes of a slot's values, by row: of a constant, or of a column that `r` has. */
export function codesOf({ codes, constants }: Run, r: Relation, slot: number): Int32Array {
  const constant = constants[slot]
  return codes.ofColumn(constant === undefined ? (columnOf(r, slot) as Column) : constantColumn(constant, r.length))
}

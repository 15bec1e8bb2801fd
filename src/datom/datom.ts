import type { Value } from './value.ts'

/** One fact: `tx` says that `e`'s attribute `a` has value `v` (`added`), or no longer has it. All ids, `v` an engine value. */
export interface Datom {
  readonly e: number
  readonly a: number
  readonly v: Value
  readonly tx: number
  readonly added: boolean
}

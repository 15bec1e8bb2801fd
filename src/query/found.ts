import type { Codes } from './codes.ts'
import type { BoundInputs } from './inputs.ts'
import type { Relation } from './relation.ts'

/** What a program found: distinct rows over the slots of its find elements and of `:with`, constants included. */
export interface Found {
  readonly rows: Relation
  readonly bound: BoundInputs
  readonly codes: Codes
}

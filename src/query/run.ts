import type { Schema } from '../datom/schema.ts'
import type { Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import type { Scan } from '../db/scan.ts'
import type { Codes } from './codes.ts'
import type { Flow } from './flow.ts'
import type { Limits } from './limits.ts'
import type { Relation } from './relation.ts'
import type { RuleTables } from './rule-table.ts'
import type { PatternStep, RuleStep, Step, SubqueryStep, TuplesStep } from './step.ts'
import type { Trace } from './trace.ts'

/** A source of facts: a database, or a list of tuples. */
export type Source =
  | { readonly kind: 'db'; readonly db: Db }
  | { readonly kind: 'tuples'; readonly rows: readonly unknown[] }

/** Of the first database among them. */
export const schemaOf = (sources: readonly Source[]): Schema | undefined =>
  sources.find((source) => source.kind === 'db')?.db.schema

type Wanted = (slot: number) => boolean

/** What one execution of a program shares. */
export interface Run {
  readonly sources: readonly Source[]
  /** By slot: the value of a scalar input or of a constant that the database had to be asked about; undefined for variables. */
  readonly constants: readonly (Value | undefined)[]
  readonly codes: Codes
  /** Whether bigints or exact decimals may occur, which unify with other numbers. */
  readonly mixed: boolean
  readonly limits: Limits
  /** The ranges that the constants of patterns leave, found once. */
  readonly scans: Map<PatternStep, Scan>
  /** The constants of patterns by place, where they include inputs. */
  readonly known: Map<PatternStep, readonly (Value | undefined)[]>
  readonly tables: RuleTables
  readonly trace: Trace | undefined
  // Steps contain steps: these close the circle without one between modules.
  readonly solve: (
    run: Run,
    steps: readonly Step[],
    seeds: readonly Relation[],
    keep: readonly number[],
    key?: number,
  ) => Flow<Relation>
  readonly tuples: (run: Run, step: TuplesStep) => Flow<Relation>
  readonly callRule: (run: Run, step: RuleStep, r: Relation, wanted: Wanted) => Flow<Relation>
  readonly callSubquery: (run: Run, step: SubqueryStep, r: Relation, wanted: Wanted) => Flow<Relation>
}

/** The database of source `i`. Requires: it is one. */
export function dbOf(run: Run, i: number): Db {
  return (run.sources[i] as Source & { readonly kind: 'db' }).db
}

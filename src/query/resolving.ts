import type { Edn } from '../datom/atoms.ts'
import type { Schema } from '../datom/schema.ts'
import type { QueryEnv } from './env.ts'
import { unknownName } from './query-errors.ts'
import type { Role, Roles } from './roles.ts'
import type { Slots } from './scope.ts'
import type { SlotBinding } from './slot-binding.ts'
import type { Rule } from './step.ts'
import type { Query, RuleBody } from './syntax.ts'

/** What a source is, as far as resolving asks. */
export type SourceInfo =
  | { readonly name: string; readonly kind: 'db'; readonly schema: Schema }
  | { readonly name: string; readonly kind: 'tuples' }

/** A constant that is read when all roles are known; those of entities when the database is. */
export interface PendingConstant {
  readonly slot: number
  readonly raw: unknown
  readonly form: Edn
}

/** What a query says of what it is given: for each name of `:in` the slots, and by slot how that is read. */
export interface Given {
  readonly inputs: readonly (SlotBinding | undefined)[]
  readonly roles: readonly Role[]
}

/** What resolving one program gathers. */
export interface Resolving {
  readonly slots: Slots
  readonly roles: Roles
  readonly constants: PendingConstant[]
  /** Slots that are constants of each run: of scalar inputs and of {@link constants}. */
  readonly constantSlots: Set<number>
  readonly sources: readonly SourceInfo[]
  readonly env: QueryEnv
  readonly ruleBodies: ReadonlyMap<string, readonly RuleBody[]>
  readonly components: ReadonlyMap<string, number>
  /** Rules resolved so far, by name and source. */
  readonly rules: Map<string, Rule>
  /** Resolves a sub-query over its sources. */
  readonly subquery: (query: Query, sources: readonly SourceInfo[]) => Given
  /** How many rules are being resolved, each called by the one before. */
  ruleDepth: number
}

/** How long a chain of rules may be of which each calls the next: resolving and running them takes stack. */
export const MAX_RULE_DEPTH = 200

/** A slot for a constant; what it means follows from where the slot stands. */
export function constantSlot(r: Resolving, raw: unknown, form: Edn): number {
  const slot = r.slots.fresh('a constant')
  r.constants.push({ slot, raw, form })
  r.constantSlots.add(slot)
  return slot
}

/** The number of a source by name, or `around` when none is named. Throws `query/unknown-source`. */
export function sourceNamed(r: Resolving, name: string | undefined, around: number, form: Edn): number {
  if (name === undefined && around !== -1) return around
  const wanted = name ?? '$'
  const i = r.sources.findIndex((source) => source.name === wanted)
  if (i !== -1) return i
  const known = r.sources.map((source) => source.name)
  throw unknownName('query/unknown-source', 'source', wanted, known, form)
}

/** The schema of source `i`. Throws `query/unknown-source` for a list of tuples, which has none. */
export function schemaOf(r: Resolving, i: number, form: Edn): Schema {
  const source = r.sources[i] as SourceInfo
  if (source.kind === 'db') return source.schema
  throw unknownName('query/unknown-source', 'database', source.name, databases(r), form)
}

const databases = (r: Resolving): string[] => r.sources.filter((s) => s.kind === 'db').map((s) => s.name)

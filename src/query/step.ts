import type { Edn } from '../datom/atoms.ts'
import type { Attribute } from '../datom/schema.ts'
import type { Value } from '../datom/value.ts'
import type { Builtin, Result } from './builtin.ts'
import type { SlotBinding } from './slot-binding.ts'
import type { Input } from './syntax.ts'

/**
 * What the clauses of a query are resolved to. Variables are slots: small integers, numbered through the whole program, a
 * fresh one for each scope, so that no name has to be looked up while a query runs. -1 is no slot.
 */
export type Step = PatternStep | TuplesStep | CallStep | AttributeStep | NotStep | OrStep | RuleStep | SubqueryStep

interface StepBase {
  /** Every slot of the surrounding scope that the step mentions. */
  readonly slots: readonly number[]
  /** The slots that must have values before the step can run. Settled by `settleNeeds`. */
  needs: readonly number[]
  readonly form: Edn
}

/** The places of a pattern over a database. */
export const Place = { e: 0, a: 1, v: 2, tx: 3, op: 4 } as const
export const PLACES = 5

export interface PatternStep extends StepBase {
  readonly kind: 'pattern'
  readonly source: number
  /** By place: the slot, or -1. */
  readonly at: readonly number[]
  /** By place: the constant, or undefined. */
  readonly values: readonly (Value | undefined)[]
  /** The attribute when it is a constant. */
  readonly attribute: Attribute | undefined
  /** Whether the slot of some place is a constant of each run: then what is known differs from run to run. */
  readonly varies: boolean
}

/** A pattern over a list of tuples. */
export interface TuplesStep extends StepBase {
  readonly kind: 'tuples'
  readonly source: number
  readonly at: readonly number[]
  readonly values: readonly (Value | undefined)[]
}

/** An argument: a slot, a constant, a list of constants of which each may be a slot, or a source. */
export type Arg =
  | { readonly kind: 'slot'; readonly slot: number }
  | { readonly kind: 'list'; readonly items: readonly Arg[] }
  | { readonly kind: 'value'; readonly value: Result }
  | { readonly kind: 'source'; readonly source: number }

export interface CallStep extends StepBase {
  readonly kind: 'call'
  readonly fn: Builtin
  readonly name: string
  readonly args: readonly Arg[]
  /** undefined for a predicate. */
  readonly binding: SlotBinding | undefined
}

/** `get-else`, `get-some` and `missing?`. */
export interface AttributeStep extends StepBase {
  readonly kind: 'attribute'
  readonly op: 'get-else' | 'get-some' | 'missing?'
  readonly source: number
  /** The entity's slot. */
  readonly e: number
  /** What to look for, by attribute: patterns that give the entity's value to `value`. */
  readonly patterns: readonly PatternStep[]
  readonly value: number
  /** The slot of what `get-else` gives instead. */
  readonly otherwise: number | undefined
  readonly binding: SlotBinding | undefined
}

export interface NotStep extends StepBase {
  readonly kind: 'not'
  readonly steps: readonly Step[]
  /** A slot of its own: the row of the surrounding relation. */
  readonly row: number
}

export interface OrStep extends StepBase {
  readonly kind: 'or'
  /** Slots that not every branch gives a value to. */
  readonly uneven: readonly number[]
  readonly branches: readonly (readonly Step[])[]
}

export interface RuleStep extends StepBase {
  readonly kind: 'rule'
  readonly rule: Rule
  /** The slot of each argument. */
  readonly args: readonly number[]
}

export interface SubqueryStep extends StepBase {
  readonly kind: 'subquery'
  readonly query: unknown
  /** What each of `args` is for. */
  readonly inputs: readonly Input[]
  readonly args: readonly Arg[]
  readonly binding: SlotBinding
}

/** A rule over one source, its alternatives resolved. */
export interface Rule {
  readonly name: string
  readonly params: readonly number[]
  /** By parameter: whether a call must bind it. */
  readonly required: boolean[]
  readonly bodies: (readonly Step[])[]
  /** Rules that call each other, directly or not, have the same number; undefined when the rule does not call itself. */
  readonly component: number | undefined
  readonly form: Edn
}

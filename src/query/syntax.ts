import type { Edn } from '../datom/atoms.ts'

/** The one tree that both notations, EDN and data, are parsed to. `form` is what was written, for messages. */
export interface Query {
  readonly find: Find
  readonly with: readonly string[]
  readonly in: readonly Input[]
  readonly where: readonly Clause[]
  readonly orderBy: readonly Order[]
  readonly limit: Amount | undefined
  readonly offset: Amount | undefined
}

/** A variable `?x`, a blank `_`, or a constant as it was written: what it means is for its place to say. */
export type Term = Variable | { readonly kind: 'blank' } | Constant
export interface Variable {
  readonly kind: 'var'
  readonly name: string
}
export interface Constant {
  readonly kind: 'const'
  readonly value: Edn
}
/** An argument of a function: also a source such as `$`. */
export type Argument = Term | { readonly kind: 'source'; readonly name: string }

export type Clause = PatternClause | CallClause | RuleClause | NotClause | OrClause
/** `[$src? e a? v? tx? op?]`; over a list of tuples, any number of places. */
export interface PatternClause {
  readonly kind: 'pattern'
  /** undefined: that of the surrounding clause, in the end `$`. The same holds for every other clause. */
  readonly source: string | undefined
  readonly terms: readonly Term[]
  readonly form: Edn
}
/** `[(fn arg …)]`, a predicate, or `[(fn arg …) binding]`. */
export interface CallClause {
  readonly kind: 'call'
  readonly fn: string
  readonly args: readonly Argument[]
  readonly binding: Binding | undefined
  readonly form: Edn
}
/** `($src? name arg …)`. */
export interface RuleClause {
  readonly kind: 'rule'
  readonly source: string | undefined
  readonly name: string
  readonly args: readonly Term[]
  readonly form: Edn
}
/** `(not …)`, or `(not-join [?x …] …)` when `join` is given. */
export interface NotClause {
  readonly kind: 'not'
  readonly source: string | undefined
  readonly join: readonly string[] | undefined
  readonly clauses: readonly Clause[]
  readonly form: Edn
}
/** `(or …)`, or `(or-join [[?required …] ?x …] …)` when `join` is given. Each branch is a conjunction. */
export interface OrClause {
  readonly kind: 'or'
  readonly source: string | undefined
  readonly join: { readonly required: readonly string[]; readonly free: readonly string[] } | undefined
  readonly branches: readonly (readonly Clause[])[]
  readonly form: Edn
}

/** How a value is taken apart: `?x`, `_`, `[?a ?b]`, `[?x …]`; `[[?a ?b]]` is a collection of tuples. */
export type Binding =
  | Variable
  | { readonly kind: 'blank' }
  | { readonly kind: 'tuple'; readonly items: readonly Binding[] }
  | { readonly kind: 'collection'; readonly item: Binding }

export type Input =
  | { readonly kind: 'source'; readonly name: string }
  | { readonly kind: 'rules' }
  /** A plain symbol: a pull pattern by name. */
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'binding'; readonly binding: Binding; readonly form: Edn }

export interface Find {
  readonly shape: 'relation' | 'collection' | 'tuple' | 'scalar'
  readonly elements: readonly FindElement[]
  /** Names of the columns when rows are objects. */
  readonly keys: readonly string[] | undefined
}
export type FindElement =
  | Variable
  | {
      readonly kind: 'aggregate'
      readonly fn: string
      /** What stands before the variable, such as the 3 of `(max 3 ?x)`. */
      readonly args: readonly Term[]
      readonly name: string
      readonly form: Edn
    }
  | {
      readonly kind: 'pull'
      readonly source: string
      readonly name: string
      readonly pattern: PullPattern
      readonly form: Edn
    }
export type PullPattern =
  | { readonly kind: 'const'; readonly value: unknown }
  | { readonly kind: 'input'; readonly name: string }

/** The place of a find element, and whether the greatest comes first. */
export interface Order {
  readonly element: number
  readonly descending: boolean
}
/** A number of rows, or the variable of a scalar input that says it. */
export type Amount = Variable | number

/** One body of a rule; rules of one name are alternatives. */
export interface RuleBody {
  readonly name: string
  /** Those that a call must bind come first. */
  readonly params: readonly string[]
  readonly required: number
  readonly clauses: readonly Clause[]
  readonly form: Edn
}

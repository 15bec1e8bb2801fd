import { type Edn, isKeyword, isLiteral } from '../datom/atoms.ts'
import { Builtin } from '../datom/builtin.ts'
import { findAttribute, type Schema } from '../datom/schema.ts'
import type { Db } from '../db/db.ts'
import { isOwnSource } from './names.ts'
import { parseQuery } from './parse-query.ts'
import { parseRules } from './parse-rules.ts'
import { pullTouches } from './pull/pull.ts'
import type { Clause, PullPattern, Query } from './syntax.ts'

/** Found out that any attribute can matter. */
const ALL = Symbol('all attributes')

/**
 * The attributes of which a new fact can change what a query answers on later values of `db`; 'all' where that cannot be told:
 * for variables in the place of an attribute, wildcards, and, when `inputs` are not given, for rules and named pull patterns.
 * Attributes that lookup refs and idents among `inputs` go through are in it. A changed schema is not. Throws what parsing throws.
 */
export function attributesTouched(db: Db, q: unknown, inputs?: readonly unknown[]): ReadonlySet<number> | 'all' {
  const walk = new Walk(db)
  try {
    walk.query(parseQuery(q), inputs)
  } catch (e) {
    if (e === ALL) return 'all'
    throw e
  }
  return walk.found
}

class Walk {
  readonly found = new Set<number>()

  constructor(private readonly db: Db) {}

  query(query: Query, inputs: readonly unknown[] | undefined): void {
    for (const clause of query.where) this.clause(clause)
    let next = 0
    for (const input of query.in) {
      if (input.kind === 'source' && input.name === '$queue') throw ALL
      if (input.kind === 'source' && input.name === '$') continue
      const given = inputs?.[next++]
      if (input.kind === 'rules') this.rules(given)
      else if (input.kind === 'binding') this.data(given)
    }
    for (const element of query.find.elements) if (element.kind === 'pull') this.pull(element.pattern, query, inputs)
  }

  private rules(given: unknown): void {
    if (given === undefined) throw ALL
    for (const body of parseRules(given)) for (const clause of body.clauses) this.clause(clause)
  }

  private clause(clause: Clause): void {
    switch (clause.kind) {
      case 'pattern':
        for (const [place, term] of clause.terms.entries()) {
          if (place === 1) this.attribute(term.kind === 'const' ? term.value : undefined)
          else if (term.kind === 'const') this.data(term.value)
        }
        if (clause.terms.length === 1) throw ALL
        break
      case 'rule':
        for (const arg of clause.args) if (arg.kind === 'const') this.data(arg.value)
        break
      case 'call':
        this.call(clause)
        break
      case 'not':
        for (const inner of clause.clauses) this.clause(inner)
        break
      case 'or':
        for (const inner of clause.branches.flat()) this.clause(inner)
    }
  }

  private call({ fn, args }: Clause & { readonly kind: 'call' }): void {
    const [first] = args
    if (fn === 'q' && first?.kind === 'const') {
      this.query(parseQuery(isLiteral(first.value) ? first.value.$lit : first.value), undefined)
    }
    const names = fn === 'get-else' || fn === 'get-some' || fn === 'missing?'
    for (const arg of fn === 'q' ? args.slice(1) : args) {
      if (arg.kind !== 'const') continue
      const attribute = names ? this.named(arg.value) : undefined
      if (attribute !== undefined) this.found.add(attribute)
      else this.data(arg.value)
    }
  }

  private attribute(x: Edn | undefined): void {
    const id = x === undefined ? undefined : this.named(x)
    if (id === undefined) throw ALL
    this.found.add(id)
  }

  private named(x: unknown): number | undefined {
    const { schema }: { readonly schema: Schema } = this.db
    const name = isKeyword(x) ? x.$kw : x
    return typeof name === 'string' || typeof name === 'number' ? findAttribute(schema, name)?.id : undefined
  }

  /** Idents and lookup refs anywhere in a constant or an input. */
  private data(x: unknown): void {
    if (isKeyword(x) || (typeof x === 'string' && x.startsWith(':'))) this.found.add(Builtin.ident)
    if (!Array.isArray(x)) return
    const id = x.length === 2 ? this.named(x[0]) : undefined
    if (id !== undefined) this.found.add(id)
    for (const item of id === undefined ? x : x.slice(1)) this.data(item)
  }

  private pull(pattern: PullPattern, query: Query, inputs: readonly unknown[] | undefined): void {
    const touched = pullTouches(this.db, patternGiven(pattern, query, inputs), true)
    if (touched === 'all') throw ALL
    for (const id of touched) this.found.add(id)
  }
}

function patternGiven(pattern: PullPattern, query: Query, inputs: readonly unknown[] | undefined): unknown {
  if (pattern.kind === 'const') return pattern.value
  const named = query.in.filter((input) => input.kind !== 'source' || !isOwnSource(input.name))
  const i = named.findIndex((input) => {
    if (input.kind === 'name') return input.name === pattern.name
    return input.kind === 'binding' && input.binding.kind === 'var' && input.binding.name === pattern.name
  })
  const given = inputs?.[i]
  if (given === undefined) throw ALL
  return given
}

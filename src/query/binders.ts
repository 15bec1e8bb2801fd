import { bindingVariables } from './parse-binding.ts'
import type { Clause, Term } from './syntax.ts'

/** The variables that a conjunction gives values to, whatever happens in it. */
export function bindersOf(clauses: readonly Clause[]): Set<string> {
  const out = new Set<string>()
  for (const clause of clauses) addBinders(clause, out)
  return out
}

function addBinders(clause: Clause, out: Set<string>): void {
  switch (clause.kind) {
    case 'pattern':
      addVariables(clause.terms, out)
      break
    case 'rule':
      addVariables(clause.args, out)
      break
    case 'call':
      if (clause.binding !== undefined) bindingVariables(clause.binding, (name) => out.add(name))
      break
    case 'or':
      for (const name of orBinders(clause)) out.add(name)
      break
    case 'not':
  }
}

function addVariables(terms: readonly Term[], out: Set<string>): void {
  for (const term of terms) if (term.kind === 'var') out.add(term.name)
}

/** What every branch of an `or` gives a value to, as far as it is visible outside. */
export function orBinders(clause: Clause & { readonly kind: 'or' }): Set<string> {
  const { join, branches } = clause
  const [first, ...rest] = branches.map(bindersOf)
  const common = new Set(first)
  for (const name of common) if (rest.some((other) => !other.has(name))) common.delete(name)
  if (join === undefined) return common
  return new Set([...join.required, ...join.free])
}

import { malformed } from './malformed.ts'
import type { Clause, RuleBody } from './syntax.ts'

/**
 * Numbers the sets of rules that call each other, directly or not. A rule that never comes back to itself has none. Throws
 * `query/malformed` for recursion through `not`, which has no one answer.
 */
export function ruleComponents(bodies: readonly RuleBody[]): ReadonlyMap<string, number> {
  const calls = new Map<string, Set<string>>()
  for (const body of bodies) {
    const called = calls.get(body.name) ?? new Set()
    calls.set(body.name, called)
    for (const clause of body.clauses) addCalls(clause, called)
  }
  const reached = new Map(Array.from(calls.keys(), (name) => [name, reachable(name, calls)]))
  const components = new Map<string, number>()
  for (const [name, others] of reached) {
    if (!others.has(name)) continue
    const known = Array.from(others).find((other) => components.has(other) && reached.get(other)?.has(name) === true)
    components.set(name, known === undefined ? components.size : (components.get(known) as number))
  }
  for (const body of bodies) for (const clause of body.clauses) refuseNegation(clause, body, components, false)
  return components
}

function reachable(from: string, calls: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const out = new Set<string>()
  const open = [from]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const called of calls.get(name) ?? []) {
      if (out.has(called)) continue
      out.add(called)
      open.push(called)
    }
  }
  return out
}

function addCalls(clause: Clause, into: Set<string>): void {
  if (clause.kind === 'rule') into.add(clause.name)
  for (const inner of innerClauses(clause)) addCalls(inner, into)
}

const innerClauses = (clause: Clause): readonly Clause[] =>
  clause.kind === 'not' ? clause.clauses : clause.kind === 'or' ? clause.branches.flat() : []

/** Whether `clause` calls a rule of the component, at any depth. */
export function callsInto(clause: Clause, component: number, components: ReadonlyMap<string, number>): boolean {
  if (clause.kind === 'rule') return components.get(clause.name) === component
  return innerClauses(clause).some((inner) => callsInto(inner, component, components))
}

function refuseNegation(
  clause: Clause,
  body: RuleBody,
  components: ReadonlyMap<string, number>,
  negated: boolean,
): void {
  const own = components.get(body.name)
  if (clause.kind === 'rule' && negated && own !== undefined && components.get(clause.name) === own) {
    throw malformed(clause.form, `no recursion through not: the rule ${body.name} depends on its own absence`)
  }
  for (const inner of innerClauses(clause)) refuseNegation(inner, body, components, negated || clause.kind === 'not')
}

import { malformed } from './malformed.ts'
import type { Clause, RuleBody } from './syntax.ts'

/** By name: the names it leads to. */
type Calls = ReadonlyMap<string, ReadonlySet<string>>

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
  const components = recursiveComponents(calls)
  for (const body of bodies) for (const clause of body.clauses) refuseNegation(clause, body, components, false)
  return components
}

/** What calls each other, both ways: the strongly connected components in which there is a call at all. */
function recursiveComponents(calls: Calls): Map<string, number> {
  const callers = new Map<string, Set<string>>()
  for (const [name, called] of calls) {
    for (const other of called) callers.set(other, (callers.get(other) ?? new Set()).add(name))
  }
  const out = new Map<string, number>()
  let components = 0
  for (const name of calls.keys()) {
    if (out.has(name)) continue
    const above = reached(callers, name)
    if (!above.has(name)) continue
    for (const other of reached(calls, name)) if (above.has(other)) out.set(other, components)
    components++
  }
  return out
}

/** What a name leads to, itself only where it comes back. */
function reached(edges: Calls, from: string): Set<string> {
  const found = new Set(edges.get(from))
  for (const name of found) for (const next of edges.get(name) ?? []) found.add(next)
  return found
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

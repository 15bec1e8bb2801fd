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
  const components = recursiveComponents(calls)
  for (const body of bodies) for (const clause of body.clauses) refuseNegation(clause, body, components, false)
  return components
}

/** Tarjan's algorithm, with a stack of its own: the strongly connected components in which there is a call at all. */
function recursiveComponents(calls: ReadonlyMap<string, ReadonlySet<string>>): Map<string, number> {
  const order = new Map<string, number>()
  const low = new Map<string, number>()
  const open: string[] = []
  const isOpen = new Set<string>()
  const out = new Map<string, number>()
  let components = 0
  const close = (name: string): void => {
    const members = open.splice(open.lastIndexOf(name))
    for (const member of members) isOpen.delete(member)
    if (members.length === 1 && calls.get(name)?.has(name) !== true) return
    for (const member of members) out.set(member, components)
    components++
  }
  for (const root of calls.keys()) {
    if (order.has(root)) continue
    const path: { name: string; next: Iterator<string> }[] = []
    const enter = (name: string): void => {
      order.set(name, order.size)
      low.set(name, order.get(name) as number)
      open.push(name)
      isOpen.add(name)
      path.push({ name, next: (calls.get(name) ?? new Set<string>()).values() })
    }
    enter(root)
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const { name } = at
      const step = at.next.next()
      if (step.done !== true) {
        if (!order.has(step.value)) enter(step.value)
        else if (isOpen.has(step.value))
          low.set(name, Math.min(low.get(name) as number, order.get(step.value) as number))
        continue
      }
      path.pop()
      const around = path.at(-1)?.name
      if (around !== undefined) low.set(around, Math.min(low.get(around) as number, low.get(name) as number))
      if (low.get(name) === order.get(name)) close(name)
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

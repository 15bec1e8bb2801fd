import { bindersOf, orBinders } from './binders.ts'
import { malformed } from './malformed.ts'
import { unboundVariable, unknownName, wrongArity } from './query-errors.ts'
import { resolveCall } from './resolve-call.ts'
import { resolvePattern } from './resolve-pattern.ts'
import { constantSlot, MAX_RULE_DEPTH, type Resolving, sourceNamed } from './resolving.ts'
import { callsInto } from './rule-graph.ts'
import { Scope } from './scope.ts'
import type { NotStep, OrStep, Rule, RuleStep, Step } from './step.ts'
import type { Clause, NotClause, OrClause, RuleBody, RuleClause, Term } from './syntax.ts'

/** Where clauses stand: their names, the source for those that name none, and the recursive rule they belong to. */
interface Place {
  readonly scope: Scope
  readonly source: number
  /** The number of the rules that call each other, when the clauses are part of one of them. */
  readonly component: number | undefined
}

/** Resolves a conjunction. Variables that are not known yet are declared in `place.scope`. */
export function resolveClauses(r: Resolving, clauses: readonly Clause[], place: Place): Step[] {
  for (const name of bindersOf(clauses)) place.scope.declare(name)
  return clauses.flatMap((clause) => resolveClause(r, clause, place))
}

function resolveClause(r: Resolving, clause: Clause, place: Place): Step[] {
  switch (clause.kind) {
    case 'pattern':
      return [resolvePattern(r, clause, place.scope, place.source)]
    case 'call':
      return [resolveCall(r, clause, place.scope, place.source)]
    case 'rule':
      return [resolveRuleCall(r, clause, place)]
    case 'not':
      return [resolveNot(r, clause, place)]
    case 'or':
      return resolveOr(r, clause, place)
  }
}

const within = (r: Resolving, place: Place, scope: Scope, clause: NotClause | OrClause): Place =>
  clause.source === undefined
    ? { ...place, scope }
    : { ...place, scope, source: sourceNamed(r, clause.source, place.source, clause.form) }

function resolveNot(r: Resolving, clause: NotClause, place: Place): NotStep {
  const inner =
    clause.join === undefined ? new Scope(r.slots, place.scope) : joined(r, clause.join, place.scope, clause)
  const steps = resolveClauses(r, clause.clauses, within(r, place, inner, clause))
  const outer = outerSlots(steps, inner)
  return { kind: 'not', steps, row: r.slots.fresh('a row'), slots: outer, needs: outer, form: clause.form }
}

/** A scope in which only `names` are known, as what they are in `around`. */
function joined(r: Resolving, names: readonly string[], around: Scope, clause: NotClause | OrClause): Scope {
  const inner = new Scope(r.slots)
  for (const name of names) {
    const slot = around.find(name)
    if (slot === undefined) throw unboundVariable(name, clause.form)
    inner.define(name, slot)
  }
  return inner
}

/** The slots that `steps` share with what surrounds `scope`, in which they were resolved. */
function outerSlots(steps: readonly Step[], scope: Scope): number[] {
  const slots = new Set(steps.flatMap((step) => step.slots))
  return Array.from(slots).filter((slot) => !scope.owns(slot))
}

function resolveOr(r: Resolving, clause: OrClause, place: Place): Step[] {
  const [only] = clause.branches
  if (clause.join === undefined && clause.branches.length === 1 && only !== undefined) {
    return resolveClauses(r, only, within(r, place, place.scope, clause))
  }
  const { component } = place
  if (component !== undefined && callsInto(clause, component, r.components))
    return [liftOr(r, clause, place, component)]
  const names = clause.join && [...clause.join.required, ...clause.join.free]
  const slots = new Set<number>(names?.map((name) => place.scope.find(name) as number))
  const branches = clause.branches.map((branch) => {
    const scope = names === undefined ? new Scope(r.slots, place.scope) : joined(r, names, place.scope, clause)
    refuseStray(branch, scope, clause)
    const steps = resolveClauses(r, branch, within(r, place, scope, clause))
    for (const slot of outerSlots(steps, scope)) slots.add(slot)
    return steps
  })
  const uneven = new Set((clause.join?.required ?? []).map((name) => place.scope.find(name) as number))
  clause.branches.forEach((branch) => {
    const binds = bindersOf(branch)
    const all = names ?? clause.branches.flatMap((other) => Array.from(bindersOf(other)))
    for (const name of all) if (!binds.has(name)) uneven.add(place.scope.find(name) as number)
  })
  const step: OrStep = {
    kind: 'or',
    branches,
    uneven: Array.from(uneven),
    slots: Array.from(slots),
    needs: [],
    form: clause.form,
  }
  return [step]
}

/** A variable of one branch that neither the other branches nor the clauses around know is a mistake. */
function refuseStray(branch: readonly Clause[], scope: Scope, clause: OrClause): void {
  if (clause.join !== undefined) return
  for (const name of bindersOf(branch)) {
    if (scope.find(name) !== undefined) continue
    throw malformed(clause.form, `${name} in every branch, or or-join with the variables that matter outside`)
  }
}

/** An `or` that calls the rule it stands in becomes a rule of its own, so that recursion goes through rules alone. */
function liftOr(r: Resolving, clause: OrClause, place: Place, component: number): RuleStep {
  const names = new Set(clause.join ? [...clause.join.required, ...clause.join.free] : orBinders(clause))
  if (clause.join === undefined) {
    for (const name of namesIn(clause)) if (place.scope.find(name) !== undefined) names.add(name)
  }
  const params = Array.from(names)
  const rule = newRule(r, `or, ${r.rules.size}`, params, clause.join?.required ?? [], component, clause.form)
  r.rules.set(rule.name, rule)
  const source = within(r, place, place.scope, clause).source
  for (const branch of clause.branches) {
    const scope = new Scope(r.slots)
    params.forEach((name, i) => {
      scope.define(name, rule.params[i] as number)
    })
    refuseStray(branch, scope, clause)
    rule.bodies.push(resolveClauses(r, branch, { scope, source, component }))
  }
  const args = params.map((name) => {
    const slot = place.scope.find(name)
    if (slot === undefined) throw unboundVariable(name, clause.form)
    return slot
  })
  unite(r, args, rule)
  return { kind: 'rule', rule, args, slots: Array.from(new Set(args)), needs: [], form: clause.form }
}

function namesIn(clause: Clause): string[] {
  const terms = (all: readonly (Term | { readonly kind: 'source' })[]): string[] =>
    all.flatMap((term) => (term.kind === 'var' ? [term.name] : []))
  switch (clause.kind) {
    case 'pattern':
      return terms(clause.terms)
    case 'rule':
      return terms(clause.args)
    case 'call':
      return [...terms(clause.args), ...bindersOf([clause])]
    case 'not':
      return clause.join === undefined ? clause.clauses.flatMap(namesIn) : [...clause.join]
    case 'or':
      if (clause.join !== undefined) return [...clause.join.required, ...clause.join.free]
      return clause.branches.flat().flatMap(namesIn)
  }
}

function newRule(
  r: Resolving,
  name: string,
  params: readonly string[],
  required: readonly string[],
  component: number | undefined,
  form: Rule['form'],
): Rule {
  return {
    name,
    params: params.map((param) => r.slots.fresh(param)),
    required: params.map((param) => required.includes(param)),
    bodies: [],
    component,
    form,
  }
}

function resolveRuleCall(r: Resolving, clause: RuleClause, place: Place): RuleStep {
  const bodies = r.ruleBodies.get(clause.name)
  if (bodies === undefined) {
    throw unknownName('query/unknown-rule', 'rule', clause.name, r.ruleBodies.keys(), clause.form)
  }
  const source = r.sources.length === 0 ? -1 : sourceNamed(r, clause.source, place.source, clause.form)
  const rule = ruleOver(r, clause.name, bodies, source)
  if (clause.args.length !== rule.params.length) {
    throw wrongArity(`the rule ${clause.name}`, `${rule.params.length} arguments`, clause.args.length, clause.form)
  }
  const args = clause.args.map((term) => {
    if (term.kind === 'var') return place.scope.declare(term.name)
    return term.kind === 'blank' ? place.scope.fresh('_') : constantSlot(r, term.value, clause.form)
  })
  unite(r, args, rule)
  return { kind: 'rule', rule, args, slots: Array.from(new Set(args)), needs: [], form: clause.form }
}

/** What is passed to a parameter is read as the parameter is. */
function unite(r: Resolving, args: readonly number[], rule: Rule): void {
  args.forEach((slot, i) => {
    r.roles.unite(slot, rule.params[i] as number)
  })
}

/** The rule with `source` for the clauses that name none, resolved once. */
function ruleOver(r: Resolving, name: string, bodies: readonly RuleBody[], source: number): Rule {
  const key = `${name} ${source}`
  const known = r.rules.get(key)
  if (known !== undefined) return known
  const [first] = bodies as [RuleBody]
  const component = r.components.get(name)
  const rule = newRule(r, name, first.params, first.params.slice(0, first.required), component, first.form)
  r.rules.set(key, rule)
  if (++r.ruleDepth > MAX_RULE_DEPTH)
    throw malformed(first.form, `rules that call each other at most ${MAX_RULE_DEPTH} deep`)
  for (const body of bodies) {
    const scope = new Scope(r.slots)
    body.params.forEach((param, i) => {
      scope.define(param, rule.params[i] as number)
    })
    rule.bodies.push(resolveClauses(r, body.clauses, { scope, source, component }))
  }
  r.ruleDepth--
  return rule
}

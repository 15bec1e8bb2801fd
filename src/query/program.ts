import type { Edn } from '../datom/atoms.ts'
import { type AggregateArg, aggregateArgs, amountSlot, type SlotAmount } from './aggregate-args.ts'
import type { QueryEnv } from './env.ts'
import { mayMix } from './mixed-numbers.ts'
import { bindingVariables } from './parse-binding.ts'
import { patternInput } from './pattern-input.ts'
import { pointSteps, subjectSteps } from './point-steps.ts'
import { pullPlan } from './pull/plans.ts'
import { unboundVariable } from './query-errors.ts'
import { resolveBinding } from './resolve-binding.ts'
import { resolveClauses } from './resolve-clauses.ts'
import { type PendingConstant, type Resolving, type SourceInfo, schemaOf, sourceNamed } from './resolving.ts'
import { type Role, Roles } from './roles.ts'
import { ruleComponents } from './rule-graph.ts'
import { Scope, Slots } from './scope.ts'
import { settleNeeds } from './settle-needs.ts'
import type { SlotBinding } from './slot-binding.ts'
import type { PatternStep, Step } from './step.ts'
import type { Binding, Query, RuleBody } from './syntax.ts'

/** A query resolved against schemas, rules and functions: everything that does not depend on the data. */
export interface Program {
  readonly query: Query
  readonly steps: readonly Step[]
  /** By input of the query: how it is taken apart; undefined for sources, rules and names. */
  readonly inputs: readonly (SlotBinding | undefined)[]
  readonly constants: readonly PendingConstant[]
  /** By slot. */
  readonly roles: readonly Role[]
  readonly names: readonly string[]
  /** The slot of each find element, then those of `:with`. */
  readonly found: readonly number[]
  /** By find element: the slot that remembers how its value was given, where an input may give an entity in another way. */
  readonly given: readonly (number | undefined)[]
  /** By find element: what stands before an aggregate's variable. */
  readonly aggregateArgs: readonly (readonly AggregateArg[])[]
  readonly limit: SlotAmount | undefined
  readonly offset: SlotAmount | undefined
  /** Whether bigints or exact decimals may occur, inputs aside. */
  readonly mixed: boolean
  /** The patterns in the order in which each holds for one fact at most; undefined where there is none: see point-steps.ts. */
  readonly points: readonly PatternStep[] | undefined
  /** The same once the one entity is known that all of it is about; undefined where there is none. */
  readonly ofSubject: readonly PatternStep[] | undefined
}

/** Resolves a parsed query. Throws the errors of queries that cannot be run, all before anything is read. */
export function resolveProgram(
  query: Query,
  ruleBodies: readonly RuleBody[],
  sources: readonly SourceInfo[],
  env: QueryEnv,
): Program {
  const slots = new Slots()
  const r: Resolving = {
    slots,
    roles: new Roles(),
    constants: [],
    constantSlots: new Set(),
    sources,
    env,
    ruleBodies: byName(ruleBodies),
    components: ruleComponents(ruleBodies),
    rules: new Map(),
    subquery: (sub, of) => resolveProgram(sub, [], of, env),
    ruleDepth: 0,
  }
  const scope = new Scope(slots)
  const inputs = query.in.map((input) => {
    if (input.kind !== 'binding' || isPattern(query, input.binding)) return undefined
    bindingVariables(input.binding, (name) => scope.declare(name))
    const binding = resolveBinding(input.binding, scope)
    scalarSlots(binding, r.constantSlots)
    return binding
  })
  const given = Array.from(slots.names, (_, slot) => slot)
  const scalars = new Set(r.constantSlots)
  const source = sources.findIndex((s) => s.name === '$')
  const steps = resolveClauses(r, query.where, { scope, source, component: undefined })
  const found = foundSlots(query, scope)
  const args = aggregateArgs(query.find.elements, scope, scalars, r.env)
  notePulls(r, query, found, source)
  r.roles.settle()
  const constants = r.constants.map((c) => c.slot)
  settleNeeds(steps, given, r.rules.values(), constants, slots.names)
  const roles = slots.names.map((_, slot) => r.roles.of(slot))
  const inputSlots = new Set(given)
  const marks = new Map<number, number>()
  const asGiven = query.find.elements.map((element, i) => {
    const slot = found[i] as number
    const isGiven = element.kind === 'var' && inputSlots.has(slot) && /entity|attribute/.test(roles[slot]?.kind ?? '')
    if (isGiven && !marks.has(slot)) marks.set(slot, slots.fresh('as given'))
    return isGiven ? marks.get(slot) : undefined
  })
  const asked = { query, steps, inputs, constants: r.constants, found, given: asGiven }
  return {
    ...asked,
    roles,
    names: slots.names,
    aggregateArgs: args,
    limit: query.limit === undefined ? undefined : amountSlot(query.limit, scope, scalars, ':limit'),
    offset: query.offset === undefined ? undefined : amountSlot(query.offset, scope, scalars, ':offset'),
    mixed: mayMix(steps, r.rules.values(), sources),
    points: pointSteps(asked),
    ofSubject: subjectSteps(asked, sources),
  }
}

/** Whether an input gives the pattern of a pull, which is no value. */
const isPattern = ({ find }: Query, binding: Binding): boolean =>
  binding.kind === 'var' &&
  find.elements.some((e) => e.kind === 'pull' && e.pattern.kind !== 'const' && e.pattern.name === binding.name)

/** Adds the slots that an input gives one value each. */
function scalarSlots(binding: SlotBinding, into: Set<number>): void {
  if (binding.kind === 'slot' && binding.slot !== -1) into.add(binding.slot)
  if (binding.kind === 'tuple') for (const item of binding.items) scalarSlots(item, into)
}

function byName(bodies: readonly RuleBody[]): Map<string, RuleBody[]> {
  const out = new Map<string, RuleBody[]>()
  for (const body of bodies) out.set(body.name, [...(out.get(body.name) ?? []), body])
  return out
}

function foundSlots(query: Query, scope: Scope): number[] {
  const names = [...query.find.elements.map((element) => element.name), ...query.with]
  return names.map((name) => {
    const slot = scope.find(name)
    if (slot === undefined) throw unboundVariable(name, [{ $kw: ':find' }, ...names.map((n): Edn => ({ $sym: n }))])
    return slot
  })
}

/** What is pulled is an entity, by a pattern that can be read. */
function notePulls(r: Resolving, query: Query, found: readonly number[], around: number): void {
  query.find.elements.forEach((element, i) => {
    if (element.kind !== 'pull') return
    const { pattern, form } = element
    const source = sourceNamed(r, element.source === '$' ? undefined : element.source, around, form)
    const schema = schemaOf(r, source, form)
    if (pattern.kind === 'const') pullPlan(schema, pattern.value)
    else if (patternInput(query, pattern.name) === -1) throw unboundVariable(pattern.name, form)
    r.roles.note(found[i] as number, { kind: 'entity', source })
  })
}

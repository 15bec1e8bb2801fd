import type { Edn } from '../datom/atoms.ts'
import { AGGREGATES } from './aggregates.ts'
import type { QueryEnv } from './env.ts'
import { malformed } from './malformed.ts'
import { mayMix } from './mixed-numbers.ts'
import { bindingVariables } from './parse-binding.ts'
import { unboundVariable, unknownName } from './query-errors.ts'
import { resolveBinding } from './resolve-call.ts'
import { resolveClauses } from './resolve-clauses.ts'
import { type PendingConstant, type Resolving, type SourceInfo, schemaOf, sourceNamed } from './resolving.ts'
import { type Role, Roles } from './roles.ts'
import { ruleComponents } from './rule-graph.ts'
import { Scope, Slots } from './scope.ts'
import { settleNeeds } from './settle-needs.ts'
import type { SlotBinding } from './slot-binding.ts'
import type { Step } from './step.ts'
import type { Amount, Query, RuleBody, Term } from './syntax.ts'

/** A number, or the slot of the scalar input that says it. */
export type SlotAmount = number | { readonly slot: number }

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
  readonly aggregateArgs: readonly (readonly SlotAmount[])[]
  readonly limit: SlotAmount | undefined
  readonly offset: SlotAmount | undefined
  /** Whether bigints or exact decimals may occur, inputs aside. */
  readonly mixed: boolean
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
    ruleDepth: 0,
  }
  const scope = new Scope(slots)
  const inputs = query.in.map((input) => {
    if (input.kind !== 'binding') return undefined
    bindingVariables(input.binding, (name) => scope.declare(name))
    const binding = resolveBinding(input.binding, scope)
    scalarSlots(binding, r.constantSlots)
    return binding
  })
  const given = Array.from(slots.names, (_, slot) => slot)
  const source = sources.findIndex((s) => s.name === '$')
  const steps = resolveClauses(r, query.where, { scope, source, component: undefined })
  const found = foundSlots(query, scope)
  checkAggregates(r, query)
  notePulls(r, query, found, source)
  const aggregateArgs = query.find.elements.map((element) =>
    element.kind === 'aggregate' ? element.args.map((arg) => amountSlot(arg, scope, given, element.form)) : [],
  )
  r.roles.settle()
  const constants = r.constants.map((c) => c.slot)
  settleNeeds(steps, given, r.rules.values(), constants, slots.names)
  const roles = slots.names.map((_, slot) => r.roles.of(slot))
  const inputSlots = new Set(given)
  return {
    query,
    steps,
    inputs,
    constants: r.constants,
    roles,
    found,
    given: query.find.elements.map((element, i) => {
      const slot = found[i] as number
      const asGiven = element.kind === 'var' && inputSlots.has(slot) && roles[slot]?.kind === 'entity'
      return asGiven ? slots.fresh('as given') : undefined
    }),
    names: slots.names,
    aggregateArgs,
    limit: query.limit === undefined ? undefined : amountSlot(query.limit, scope, given, ':limit'),
    offset: query.offset === undefined ? undefined : amountSlot(query.offset, scope, given, ':offset'),
    mixed: mayMix(steps, r.rules.values(), sources),
  }
}

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

/** What is pulled is an entity. */
function notePulls(r: Resolving, query: Query, found: readonly number[], around: number): void {
  query.find.elements.forEach((element, i) => {
    if (element.kind !== 'pull') return
    const source = sourceNamed(r, element.source === '$' ? undefined : element.source, around, [])
    schemaOf(r, source, [])
    r.roles.note(found[i] as number, { kind: 'entity', source })
  })
}

/** A number, or a variable that a scalar input gives a value to. */
function amountSlot(amount: Amount | Term, scope: Scope, given: readonly number[], form: Edn): SlotAmount {
  if (typeof amount === 'number') return amount
  if (amount.kind === 'const' && typeof amount.value === 'number') return amount.value
  const slot = amount.kind === 'var' ? scope.find(amount.name) : undefined
  if (slot === undefined || !given.includes(slot))
    throw malformed(form, 'a whole number, or a variable of :in that says it')
  return { slot }
}

function checkAggregates(r: Resolving, query: Query): void {
  for (const element of query.find.elements) {
    if (element.kind === 'aggregate' && !AGGREGATES.has(element.fn) && !r.env.aggregates.has(element.fn)) {
      const known = [...AGGREGATES.keys(), ...r.env.aggregates.keys()]
      throw unknownName('query/unknown-function', 'aggregate', element.fn, known, element.form)
    }
  }
}

import { type Edge, edgeOf } from './edge-join.ts'
import type { Run } from './run.ts'
import type { Rule, RuleStep, Step } from './step.ts'

/** A call of a rule from within the rules that it belongs to: it looks into a table as far as that has got. */
export interface RecursiveCall extends RuleStep {
  /** By argument: whether it is passed on. */
  readonly bound: readonly boolean[]
}
export const isRecursiveCall = (step: RuleStep): step is RecursiveCall => 'bound' in step

/** One alternative of a rule for one set of bound parameters. */
export interface BodyPlan {
  readonly steps: readonly Step[]
  readonly calls: readonly RecursiveCall[]
  /** By call: the steps without it. */
  readonly without: readonly (readonly Step[])[]
  /** What the steps without the only call are, where they go but one edge further. */
  readonly edge: Edge | undefined
}

const plans = new WeakMap<Rule, Map<string, readonly BodyPlan[]>>()

/** The alternatives of `rule` with its recursive calls settled, when `bound` of its parameters have values. */
export function bodyPlans({ constants }: Run, rule: Rule, bound: readonly boolean[]): readonly BodyPlan[] {
  let ofRule = plans.get(rule)
  if (ofRule === undefined) {
    ofRule = new Map()
    plans.set(rule, ofRule)
  }
  const key = bound.join()
  let known = ofRule.get(key)
  if (known === undefined) {
    known = rule.bodies.map((body) => planBody(rule, bound, body, (slot) => constants[slot] !== undefined))
    ofRule.set(key, known)
  }
  return known
}

/** Decides which arguments each recursive call passes on. */
function planBody(
  rule: Rule,
  bound: readonly boolean[],
  body: readonly Step[],
  isConstant: (slot: number) => boolean,
): BodyPlan {
  const steps = [...onceRecursive(rule, body, isConstant)]
  const calls: RecursiveCall[] = []
  for (const [step, passed] of passedArguments(rule, bound, steps, isConstant)) {
    const needs = step.args.filter((slot, i) => passed[i] === true && !isConstant(slot))
    const call: RecursiveCall = { ...step, needs: Array.from(new Set(needs)), bound: passed }
    steps[steps.indexOf(step)] = call
    calls.push(call)
  }
  const without = calls.map((call) => steps.filter((step) => step !== call))
  const [only, more] = calls
  const edge = only === undefined || more !== undefined ? undefined : edgeOf(rule, only, without[0] as readonly Step[])
  return { steps, calls, without, edge }
}

/**
 * `(r ?a ?c) (r ?c ?b)`, where nothing else is recursive, leads where the first leads and then one alternative without a call: as far,
 * and to each place once.
 */
function onceRecursive(rule: Rule, body: readonly Step[], isConstant: (slot: number) => boolean): readonly Step[] {
  const [from, to] = rule.params
  const others = rule.bodies.filter((other) => other !== body)
  if (body.length !== 2 || rule.params.length !== 2 || others.flat().some((step) => isCallOf(rule, step))) return body
  const calls = body.filter((step) => step.kind === 'rule').filter((step) => step.rule === rule)
  const first = calls.find(({ args }) => args[0] === from)
  const second = calls.find(({ args }) => args[1] === to)
  const via = first?.args[1]
  if (first === undefined || second === undefined || first === second || via === undefined) return body
  if (second.args[0] !== via || via === from || via === to || isConstant(via)) return body
  return [first, { ...second, rule: { ...rule, bodies: others, component: undefined } }]
}

/** Whether a step calls the rule that it stands in, directly or not. */
const isCallOf = ({ component }: Rule, step: Step): step is RuleStep =>
  step.kind === 'rule' && step.rule.component === component

/** By recursive call of `body`: which of its arguments have values when it is its turn. */
function passedArguments(
  rule: Rule,
  bound: readonly boolean[],
  body: readonly Step[],
  isConstant: (slot: number) => boolean,
): Map<RuleStep, boolean[]> {
  const isCall = (step: Step): step is RuleStep => isCallOf(rule, step)
  const has = new Set(rule.params.filter((_, i) => bound[i] === true))
  const isBound = (slot: number): boolean => has.has(slot) || isConstant(slot)
  // Where nothing is asked for in particular, everything is wanted: narrowing the calls would only do the work twice.
  const isOpen = has.size === 0
  const out = new Map<RuleStep, boolean[]>()
  let left = [...body]
  const take = (step: Step): void => {
    if (isCall(step)) {
      const { required } = step.rule
      out.set(
        step,
        step.args.map((slot, i) => required[i] === true || (isOpen ? isConstant(slot) : isBound(slot))),
      )
    }
    for (const slot of step.slots) has.add(slot)
    left = left.filter((other) => other !== step)
  }
  while (left.length > 0) {
    const ready = left.filter((step) => step.needs.every(isBound))
    const touches = (step: Step): boolean => step.slots.some(isBound) || step.needs.length > 0
    const next =
      ready.find((step) => !isCall(step) && touches(step)) ??
      ready.find((step) => isCall(step) && touches(step)) ??
      ready.find((step) => !isCall(step)) ??
      (ready[0] as Step)
    take(next)
  }
  return out
}

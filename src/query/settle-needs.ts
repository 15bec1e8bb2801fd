import { unboundVariable } from './query-errors.ts'
import type { Rule, Step } from './step.ts'
import { lacks } from './step-order.ts'

/**
 * Finds out what every step needs: a rule needs the parameters that its bodies cannot do without, `or` what its branches
 * need from outside. Throws `query/unbound-variable` for what can never be given.
 */
export function settleNeeds(
  main: readonly Step[],
  given: readonly number[],
  rules: Iterable<Rule>,
  constants: readonly number[],
  names: readonly string[],
): void {
  const all = Array.from(rules)
  for (let changed = true; changed; ) {
    changed = false
    for (const rule of all) {
      for (const body of rule.bodies) {
        settleSteps(body)
        if (addRequired(rule, body, constants)) changed = true
      }
    }
  }
  for (const rule of all) for (const body of rule.bodies) check(body, rule.params, constants, names)
  settleSteps(main)
  check(main, given, constants, names)
}

/** Whether a parameter was found that `body` needs, or to which it gives no value. */
function addRequired(rule: Rule, body: readonly Step[], constants: readonly number[]): boolean {
  const bound = rule.params.filter((_, i) => rule.required[i])
  const lacking = new Set(lacks(body, [...bound, ...constants]).flatMap((lack) => lack.slots))
  const given = new Set(body.flatMap((step) => step.slots))
  let changed = false
  rule.params.forEach((slot, i) => {
    if (rule.required[i] === true || (given.has(slot) && !lacking.has(slot))) return
    rule.required[i] = true
    changed = true
  })
  return changed
}

function settleSteps(steps: readonly Step[]): void {
  for (const step of steps) {
    switch (step.kind) {
      case 'rule':
        step.needs = step.args.filter((_, i) => step.rule.required[i])
        break
      case 'not':
        settleSteps(step.steps)
        break
      case 'or': {
        const needs = new Set(step.uneven)
        for (const branch of step.branches) {
          settleSteps(branch)
          for (const { slots } of lacks(branch, []))
            for (const slot of slots) if (step.slots.includes(slot)) needs.add(slot)
        }
        step.needs = Array.from(needs)
      }
    }
  }
}

/** Throws for the first step of `steps`, at any depth, that lacks a value when `given` and `constants` have theirs. */
function check(
  steps: readonly Step[],
  given: readonly number[],
  constants: readonly number[],
  names: readonly string[],
): void {
  const [lack] = lacks(steps, [...given, ...constants])
  if (lack !== undefined) throw unboundVariable(names[lack.slots[0] as number] as string, lack.step.form)
  for (const step of steps) {
    if (step.kind === 'not') check(step.steps, step.needs, constants, names)
    if (step.kind === 'or') for (const branch of step.branches) check(branch, step.needs, constants, names)
  }
}

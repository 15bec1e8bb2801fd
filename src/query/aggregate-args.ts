import type { Edn } from '../datom/atoms.ts'
import { readUntyped } from '../datom/read-value.ts'
import type { Value } from '../datom/value.ts'
import { AGGREGATES, type Aggregate } from './aggregates.ts'
import type { QueryEnv } from './env.ts'
import { malformed, showForm } from './malformed.ts'
import { unknownName, wrongArity } from './query-errors.ts'
import type { Scope } from './scope.ts'
import type { Amount, FindElement, Term } from './syntax.ts'

/** A number, or the slot of the scalar input that says it. */
export type SlotAmount = number | { readonly slot: number }
/** What stands before an aggregate's variable: an amount, or for one of the application's own any value. */
export type AggregateArg = SlotAmount | { readonly value: Value }

type AggregateElement = FindElement & { readonly kind: 'aggregate' }

/**
 * What stands before the variable of each find element; `given` are the slots of scalar inputs. Throws `query/unknown-function`,
 * `query/wrong-arity` or `query/malformed`.
 */
export function aggregateArgs(
  elements: readonly FindElement[],
  scope: Scope,
  given: ReadonlySet<number>,
  env: QueryEnv,
): (readonly AggregateArg[])[] {
  return elements.map((element) => {
    if (element.kind !== 'aggregate') return []
    checkAggregate(element, env)
    const read = AGGREGATES.has(element.fn) ? amountSlot : ownArg
    return element.args.map((arg) => read(arg, scope, given, element.form))
  })
}

const WANTED: Readonly<Record<Aggregate['amount'], string>> = {
  never: 'a variable',
  optional: 'a number, if any, and a variable',
  required: 'a number and a variable',
}

function checkAggregate({ fn, args, form }: AggregateElement, env: QueryEnv): void {
  const amount = AGGREGATES.get(fn)?.amount
  if (amount === undefined) {
    if (env.aggregates.has(fn)) return
    throw unknownName('query/unknown-function', 'aggregate', fn, [...AGGREGATES.keys(), ...env.aggregates.keys()], form)
  }
  const fits = args.length === 1 ? amount !== 'never' : args.length === 0 && amount !== 'required'
  if (!fits) throw wrongArity(fn, WANTED[amount], args.length + 1, form)
}

/** A number, or a variable that a scalar input gives a value to. */
export function amountSlot(amount: Amount | Term, scope: Scope, given: ReadonlySet<number>, form: Edn): SlotAmount {
  if (typeof amount === 'number') return amount
  if (amount.kind === 'const' && typeof amount.value === 'number') return amount.value
  return inputSlot(amount, scope, given, form, 'a whole number, or a variable of :in that says it')
}

function ownArg(arg: Term, scope: Scope, given: ReadonlySet<number>, form: Edn): AggregateArg {
  if (arg.kind === 'const') return { value: readUntyped(arg.value, showForm(form)) }
  return inputSlot(arg, scope, given, form, 'constants before the variable, or variables of :in that say them')
}

function inputSlot(term: Term, scope: Scope, given: ReadonlySet<number>, form: Edn, wanted: string): { slot: number } {
  const slot = term.kind === 'var' ? scope.find(term.name) : undefined
  if (slot === undefined || !given.has(slot)) throw malformed(form, wanted)
  return { slot }
}

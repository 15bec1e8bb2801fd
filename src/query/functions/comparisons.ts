import { compareValues, sameValue, type Value } from '../../datom/value.ts'
import type { Builtin, Comparison } from '../builtin.ts'
import { valueArg } from './arguments.ts'

const MANY = Number.POSITIVE_INFINITY

/** Whether `holds` for each argument and the next, as in `(< 1 ?x 10)`. */
function chain(comparison: Comparison, holds: (a: Value, b: Value) => boolean): Builtin {
  return {
    arity: [1, MANY],
    comparison,
    apply(args) {
      for (let i = 1; i < args.length; i++) if (!holds(valueArg(args[i - 1]), valueArg(args[i]))) return false
      return true
    },
  }
}

const allEqual = chain('=', sameValue)
const notAllEqual: Builtin = { arity: [1, MANY], comparison: '!=', apply: (args) => allEqual.apply(args) === false }

/** Comparisons follow the one total order of values, across types too. */
export const COMPARISONS: Readonly<Record<string, Builtin>> = {
  '=': allEqual,
  '==': allEqual,
  'identical?': allEqual,
  '!=': notAllEqual,
  'not=': notAllEqual,
  '<': chain('<', (a, b) => compareValues(a, b) < 0),
  '<=': chain('<=', (a, b) => compareValues(a, b) <= 0),
  '>': chain('>', (a, b) => compareValues(a, b) > 0),
  '>=': chain('>=', (a, b) => compareValues(a, b) >= 0),
  compare: { arity: [2, 2], apply: ([a, b]) => Math.sign(compareValues(valueArg(a), valueArg(b))) },
}

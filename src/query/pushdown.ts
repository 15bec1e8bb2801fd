import { isAnnalsError } from '../base/errors.ts'
import { compareValues, sameValue, type Value } from '../datom/value.ts'
import { constantOf, isTruthy, namingClause } from './apply-call.ts'
import type { Comparison } from './builtin.ts'
import type { Run } from './run.ts'
import type { CallStep, Step } from './step.ts'

/** A predicate on one variable, ready to be tested where the variable's values are read. */
export interface Pushed {
  readonly slot: number
  readonly test: (v: Value) => boolean
  /** Least and greatest value that can pass, where the predicate is a comparison. */
  readonly from: Value | undefined
  readonly to: Value | undefined
  readonly step: CallStep
  /** Whether the predicate works on every value. */
  readonly isTotal: boolean
  /** Set when a value was met that the function cannot work on: the predicate must then be asked again, later. */
  failed: boolean
}

/** The predicate of `step` as a test of `slot` alone; undefined when it asks for other variables too. */
export function pushable(run: Run, step: Step, slot: number): Pushed | undefined {
  if (step.kind !== 'call' || step.binding !== undefined || !step.needs.includes(slot)) return undefined
  if (step.needs.some((s) => s !== slot && run.constants[s] === undefined)) return undefined
  const { fn } = step
  const args = step.args.map((arg) => constantOf(run, arg) ?? null)
  const places = step.args.flatMap((arg, i) => (arg.kind === 'slot' && arg.slot === slot ? [i] : []))
  const [place] = places
  if (fn.comparison !== undefined && args.length === 2 && places.length === 1 && place !== undefined) {
    const constant = args[1 - place]
    if (constant !== undefined && constant !== null && !Array.isArray(constant)) {
      const comparison = place === 0 ? fn.comparison : MIRRORED[fn.comparison]
      return { slot, step, isTotal: true, failed: false, ...comparisonTest(comparison, constant as Value) }
    }
  }
  const pushed: Pushed = {
    slot,
    step,
    from: undefined,
    to: undefined,
    isTotal: false,
    failed: false,
    test(v) {
      for (const i of places) args[i] = v
      try {
        return isTruthy(namingClause(step, () => fn.apply(args)))
      } catch (e) {
        if (!isAnnalsError(e, 'query/bad-argument')) throw e
        pushed.failed = true
        return true
      }
    },
  }
  return pushed
}

const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  '=': '=',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

type Test = Pick<Pushed, 'test' | 'from' | 'to'>

function comparisonTest(comparison: Comparison, c: Value): Test {
  const numeric = typeof c === 'number'
  switch (comparison) {
    case '=':
      return { test: (v) => v === c || sameValue(v, c), from: c, to: c }
    case '!=':
      return { test: (v) => v !== c && !sameValue(v, c), from: undefined, to: undefined }
    case '<':
      return {
        test: numeric
          ? (v) => (typeof v === 'number' ? v < c : compareValues(v, c) < 0)
          : (v) => compareValues(v, c) < 0,
        from: undefined,
        to: c,
      }
    case '<=':
      return {
        test: numeric
          ? (v) => (typeof v === 'number' ? v <= c : compareValues(v, c) <= 0)
          : (v) => compareValues(v, c) <= 0,
        from: undefined,
        to: c,
      }
    case '>':
      return {
        test: numeric
          ? (v) => (typeof v === 'number' ? v > c : compareValues(v, c) > 0)
          : (v) => compareValues(v, c) > 0,
        from: c,
        to: undefined,
      }
    default:
      return {
        test: numeric
          ? (v) => (typeof v === 'number' ? v >= c : compareValues(v, c) >= 0)
          : (v) => compareValues(v, c) >= 0,
        from: c,
        to: undefined,
      }
  }
}

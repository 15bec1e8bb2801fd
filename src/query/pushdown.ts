import { isAnnalsError } from '../base/errors.ts'
import { compareValues, sameValue, type Value } from '../datom/value.ts'
import { constantOf, isTruthy } from './apply-call.ts'
import type { Comparison, Result } from './builtin.ts'
import type { Relation } from './relation.ts'
import type { Run } from './run.ts'
import type { CallStep, PatternStep, Step } from './step.ts'

/** A predicate on one variable, ready to be tested where the variable's values are read. */
export interface Pushed {
  readonly slot: number
  readonly test: (v: Value) => boolean
  /** Least and greatest value that can pass, where the predicate is a comparison. */
  readonly from?: Value
  readonly to?: Value
  readonly step: CallStep
  /** Whether the predicate works on every value. */
  readonly isTotal: boolean
  /** Set when a value was met that the function cannot work on: the predicate must then be asked again, later. */
  failed: boolean
}

/** The predicates among `steps` on one variable that `pattern` gives values to, where `partner` has not. */
export function pushedInto(
  run: Run,
  steps: readonly Step[],
  pattern: PatternStep,
  partner: Relation | undefined,
): Pushed[] {
  const out: Pushed[] = []
  for (const step of steps) {
    if (step.kind !== 'call' || step.binding !== undefined) continue
    for (const slot of new Set(pattern.at)) {
      if (slot === -1 || run.constants[slot] !== undefined || partner?.slots.includes(slot) === true) continue
      const pushed = pushable(run, step, slot)
      if (pushed !== undefined) out.push(pushed)
    }
  }
  return out
}

/** The predicate of `step` as a test of `slot` alone; undefined when it asks for other variables too. */
function pushable(run: Run, step: CallStep, slot: number): Pushed | undefined {
  if (!step.needs.includes(slot)) return undefined
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
    ...(fn.isPrefix === true && place === 0 && prefixRange(args[1])),
    isTotal: false,
    failed: false,
    test(v) {
      for (const i of places) args[i] = v
      try {
        return isTruthy(fn.apply(args))
      } catch (e) {
        if (isAnnalsError(e) && e.code !== 'query/bad-argument') throw e
        pushed.failed = true
        return true
      }
    },
  }
  return pushed
}

/** Where the strings lie that begin with `prefix`; false where nothing tells. */
function prefixRange(prefix: Result | undefined): Pick<Pushed, 'from' | 'to'> | false {
  if (typeof prefix !== 'string' || !(prefix > LEAST_PREFIX) || prefix.endsWith('\uffff')) return false
  const end = prefix.length - 1
  return { from: prefix, to: prefix.slice(0, end) + String.fromCharCode(prefix.charCodeAt(end) + 1) }
}
/** Strings beyond begin with no mark of another type. */
const LEAST_PREFIX = '\u0009'

const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  '=': '=',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

/** Whether JavaScript compares `v` with others such by their mathematical value. */
const isReal = (v: Value): boolean => typeof v === 'number' || typeof v === 'bigint'

type Test = Pick<Pushed, 'test' | 'from' | 'to'>

function comparisonTest(comparison: Comparison, c: Value): Test {
  // numbers are compared as such: that is most of what is compared, row by row
  const areNumbers = (v: Value): boolean => isReal(v) && isReal(c)
  switch (comparison) {
    case '=':
      return { test: (v) => v === c || sameValue(v, c), from: c, to: c }
    case '!=':
      return { test: (v) => v !== c && !sameValue(v, c) }
    case '<':
      return { test: (v) => (areNumbers(v) ? v < c : compareValues(v, c) < 0), to: c }
    case '<=':
      return { test: (v) => (areNumbers(v) ? v <= c : compareValues(v, c) <= 0), to: c }
    case '>':
      return { test: (v) => (areNumbers(v) ? v > c : compareValues(v, c) > 0), from: c }
    default:
      return { test: (v) => (areNumbers(v) ? v >= c : compareValues(v, c) >= 0), from: c }
  }
}

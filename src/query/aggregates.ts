import { isNumeric } from '../datom/decimal.ts'
import { showValue } from '../datom/show-value.ts'
import { compareValues, type Value } from '../datom/value.ts'
import { badArgument, type Result } from './builtin.ts'
import type { Codes } from './codes.ts'
import { type Column, pickColumn } from './column.ts'
import { ARITHMETIC } from './functions/arithmetic.ts'
import { groupRows } from './group-rows.ts'

/** Computes one result for each group from a column; `groups[i]` is the group of row `i`, `count` how many groups there are. */
export interface Aggregate {
  /** Whether a number stands before the variable, such as the 3 of `(max 3 ?x)`. */
  readonly amount: 'never' | 'optional' | 'required'
  /** Whether equal values of a group count once, so that equal rows may come; without an amount. */
  readonly ofSet?: true
  apply(column: Column, groups: Int32Array, count: number, amount: number | undefined, codes: Codes): Result[]
}

/** An aggregate of the values of a group, gathered in a list. */
function gathered(
  of: (values: Value[], amount: number | undefined) => Result,
  amount: Aggregate['amount'] = 'never',
): Aggregate {
  return { amount, apply: (column, groups, count, n) => gather(column, groups, count).map((values) => of(values, n)) }
}

export function gather(column: Column, groups: Int32Array, count: number): Value[][] {
  const out: Value[][] = Array.from({ length: count }, () => [])
  for (let i = 0; i < groups.length; i++) (out[groups[i] as number] as Value[]).push(column[i] as Value)
  return out
}

const add = ARITHMETIC['+'] as { apply(args: readonly Result[]): Result }

/** Sums by group; doubles as long as all values are numbers, exact otherwise. */
function sums(column: Column, groups: Int32Array, count: number): Value[] {
  const out: Value[] = new Array<Value>(count).fill(0)
  for (let i = 0; i < groups.length; i++) {
    const g = groups[i] as number
    const so = out[g] as Value
    const v = column[i] as Value
    out[g] = typeof so === 'number' && typeof v === 'number' ? so + v : (add.apply([so, v]) as Value)
  }
  return out
}

function counts(groups: Int32Array, count: number): number[] {
  const out = new Array<number>(count).fill(0)
  for (let i = 0; i < groups.length; i++) (out[groups[i] as number] as number)++
  return out
}

function averages(column: Column, groups: Int32Array, count: number): number[] {
  const sizes = counts(groups, count)
  return sums(column, groups, count).map((sum, g) => Number(showValue(sum)) / (sizes[g] as number))
}

function extremes(column: Column, groups: Int32Array, count: number, sign: 1 | -1): Value[] {
  const out: (Value | undefined)[] = new Array(count).fill(undefined)
  for (let i = 0; i < groups.length; i++) {
    const g = groups[i] as number
    const v = column[i] as Value
    const so = out[g]
    if (so === undefined) out[g] = v
    else if (typeof so === 'number' && typeof v === 'number') {
      if ((v - so) * sign > 0) out[g] = v
    } else if (compareValues(v, so) * sign > 0) out[g] = v
  }
  return out as Value[]
}

/** The `n` greatest or least of each group, the first one first. */
function mostExtreme(column: Column, groups: Int32Array, count: number, sign: 1 | -1, n: number): Value[][] {
  return gather(column, groups, count).map((values) => values.sort((a, b) => compareValues(b, a) * sign).slice(0, n))
}

const extreme = (sign: 1 | -1): Aggregate => ({
  amount: 'optional',
  ofSet: true,
  apply: (column, groups, count, n) =>
    n === undefined ? extremes(column, groups, count, sign) : mostExtreme(column, groups, count, sign, n),
})

function numbersOf(values: readonly Value[]): number[] {
  return values.map((v) => {
    if (!isNumeric(v)) throw badArgument('numbers', v)
    return Number(showValue(v))
  })
}

const mean = (ns: readonly number[]): number => ns.reduce((sum, n) => sum + n, 0) / ns.length

/** Of a whole population, not of a sample. */
function variance(ns: readonly number[]): number {
  const m = mean(ns)
  return mean(ns.map((n) => (n - m) ** 2))
}

/** The middle value; between two numbers their mean, between two other values the lesser. */
function median(values: Value[]): Value {
  values.sort(compareValues)
  const upper = values[values.length >> 1] as Value
  if (values.length % 2 === 1) return upper
  const lower = values[(values.length >> 1) - 1] as Value
  return isNumeric(lower) && isNumeric(upper) ? mean(numbersOf([lower, upper])) : lower
}

/** An aggregate of the different values of each group: the first of equal ones stands for all. */
const ofDifferent = (
  of: (column: Column, groups: Int32Array, count: number, n: number | undefined) => Result[],
): Aggregate => ({
  amount: 'never',
  ofSet: true,
  apply(column, groups, count, n, codes) {
    const { firsts } = groupRows([groups, column], groups.length, codes)
    const pick = <C extends Column>(from: C): C => pickColumn(from, firsts, firsts.length) as C
    return of(pick(column), pick(groups), count, n)
  },
})

const pickOne = (values: readonly Value[]): Value => values[Math.floor(Math.random() * values.length)] as Value

/** `n` of `values`, each place of them once, in random order. */
function sample(values: Value[], n: number): Value[] {
  const wanted = Math.min(n, values.length)
  for (let i = 0; i < wanted; i++) {
    const j = i + Math.floor(Math.random() * (values.length - i))
    ;[values[i], values[j]] = [values[j] as Value, values[i] as Value]
  }
  return values.slice(0, wanted)
}

export const AGGREGATES: ReadonlyMap<string, Aggregate> = new Map<string, Aggregate>([
  ['count', { amount: 'never', apply: (_, groups, count) => counts(groups, count) }],
  ['count-distinct', ofDifferent((_, groups, count) => counts(groups, count))],
  ['distinct', ofDifferent(gather)],
  ['sum', { amount: 'never', apply: sums }],
  ['min', extreme(-1)],
  ['max', extreme(1)],
  ['avg', { amount: 'never', apply: averages }],
  ['median', gathered((values) => median(values))],
  ['variance', gathered((values) => variance(numbersOf(values)))],
  ['stddev', gathered((values) => Math.sqrt(variance(numbersOf(values))))],
  [
    'rand',
    gathered(
      (values, n) => (n === undefined ? pickOne(values) : Array.from({ length: n }, () => pickOne(values))),
      'optional',
    ),
  ],
  [
    'sample',
    {
      amount: 'required',
      apply: ofDifferent((column, groups, count, n) =>
        gather(column, groups, count).map((values) => sample(values, n as number)),
      ).apply,
    },
  ],
])

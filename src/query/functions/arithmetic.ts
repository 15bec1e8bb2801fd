import { isNumeric } from '../../datom/decimal.ts'
import { showValue } from '../../datom/show-value.ts'
import { compareValues, type Value } from '../../datom/value.ts'
import { type Builtin, badArgument, type Result } from '../builtin.ts'
import { integerArg, valueArg } from './arguments.ts'
import { atOneScale, type Decimal, divideDecimals, multiplyDecimals, ofDecimal, toDecimal } from './decimals.ts'

const MANY = Number.POSITIVE_INFINITY

/** One operation over every numeric type. */
interface Operation {
  number(a: number, b: number): number
  bigint(a: bigint, b: bigint): Value
  decimal(a: Decimal, b: Decimal): Decimal
}
type OnBigints = (a: bigint, b: bigint) => bigint
const exact = (bigint: OnBigints): Omit<Operation, 'number'> => ({ bigint, decimal: atOneScale(bigint) })
const ADD: Operation = { number: (a, b) => a + b, ...exact((a, b) => a + b) }
const SUBTRACT: Operation = { number: (a, b) => a - b, ...exact((a, b) => a - b) }
const MULTIPLY: Operation = { number: (a, b) => a * b, bigint: (a, b) => a * b, decimal: multiplyDecimals }
const DIVIDE: Operation = {
  number: (a, b) => a / b,
  bigint: (a, b) => (a % b === 0n ? a / b : ofDecimal(divideDecimals(toDecimal(a), toDecimal(b)))),
  decimal: divideDecimals,
}

function numericArg(x: Result | undefined): Value {
  const v = valueArg(x)
  if (!isNumeric(v)) throw badArgument('a number', v)
  return v
}

/** A double as a value: there is no -0, and what is not a number is refused. */
function real(n: number): number {
  if (Number.isNaN(n)) throw badArgument('numbers with a defined result', n)
  return n === 0 ? 0 : n
}

/** As in Clojure: with a double the result is a double, otherwise with an exact decimal that, otherwise with a bigint that. */
function combine(op: Operation, a: Value, b: Value): Value {
  if ((typeof a === 'number' && typeof b === 'number') || isDouble(a) || isDouble(b)) {
    return real(op.number(toNumber(a), toNumber(b)))
  }
  if (typeof a === 'string' || typeof b === 'string') return ofDecimal(op.decimal(toDecimal(a), toDecimal(b)))
  return op.bigint(BigInt(a), BigInt(b))
}

/** Whether `v` can be nothing but a double: a whole number may be a long as well, and is taken for one. */
const isDouble = (v: Value): boolean => typeof v === 'number' && !Number.isInteger(v)
const toNumber = (v: Value): number => (typeof v === 'number' ? v : Number(showValue(v)))

function folded(op: Operation, first: number, alone: (x: Value) => Value): Builtin {
  return {
    arity: [1, MANY],
    apply(args) {
      if (args.length === 1) return alone(numericArg(args[0]))
      let out = numericArg(args[0])
      for (let i = first; i < args.length; i++) out = combine(op, out, numericArg(args[i]))
      return out
    },
  }
}

function divisor(b: Value): Value {
  if (compareValues(b, 0) === 0) throw badArgument('a divisor other than 0', b)
  return b
}
const divide = (a: Value, b: Value): Value => combine(DIVIDE, a, divisor(b))

const whole = (op: Operation): Builtin => ({
  arity: [2, 2],
  apply(args) {
    const [a, b] = args.map(numericArg) as [Value, Value]
    return combine(op, a, divisor(b))
  },
})
const quotient: OnBigints = (a, b) => a / b
const modulo: OnBigints = (a, b) => ((a % b) + b) % b

const extreme = (sign: 1 | -1): Builtin => ({
  arity: [1, MANY],
  apply: (args) => args.map(valueArg).reduce((a, b) => (Math.sign(compareValues(b, a)) === sign ? b : a)),
})

const test = (holds: (sign: number) => boolean): Builtin => ({
  arity: [1, 1],
  apply: ([x]) => holds(compareValues(numericArg(x), 0)),
})
/** `decimal`: the same of `digits` parts, of which `one` are a whole. */
const toWhole = (number: (n: number) => number, decimal: (digits: bigint, one: bigint) => bigint): Builtin => ({
  arity: [1, 1],
  apply([x]) {
    const v = numericArg(x)
    if (typeof v === 'number') return real(number(v))
    const { digits, scale } = toDecimal(v)
    const n = decimal(digits, 10n ** BigInt(scale))
    return Number.isSafeInteger(Number(n)) ? Number(n) : n
  },
})
/** The quotient, rounded down. Requires: `b` is positive. */
const floored: OnBigints = (a, b) => (a - modulo(a, b)) / b
const onInteger = (f: (n: number) => boolean): Builtin => ({
  arity: [1, 1],
  apply: ([x]) => f(typeof x === 'bigint' ? Number(x % 2n) : integerArg(x)),
})

export const ARITHMETIC: Readonly<Record<string, Builtin>> = {
  '+': folded(ADD, 1, (x) => x),
  '-': folded(SUBTRACT, 1, (x) => combine(SUBTRACT, 0, x)),
  '*': folded(MULTIPLY, 1, (x) => x),
  '/': {
    arity: [1, MANY],
    apply: (args) =>
      args.length === 1 ? divide(1, numericArg(args[0])) : args.map(numericArg).reduce((a, b) => divide(a, b)),
  },
  quot: whole({
    number: (a, b) => Math.trunc(a / b),
    bigint: quotient,
    decimal: (a, b) => ({ ...atOneScale(quotient)(a, b), scale: 0 }),
  }),
  rem: whole({ number: (a, b) => a % b, ...exact((a, b) => a % b) }),
  mod: whole({ number: (a, b) => a - b * Math.floor(a / b), ...exact(modulo) }),
  inc: { arity: [1, 1], apply: ([x]) => combine(ADD, numericArg(x), 1) },
  dec: { arity: [1, 1], apply: ([x]) => combine(SUBTRACT, numericArg(x), 1) },
  abs: { arity: [1, 1], apply: ([x]) => extreme(1).apply([numericArg(x), combine(SUBTRACT, 0, numericArg(x))]) },
  max: extreme(1),
  min: extreme(-1),
  'zero?': test((sign) => sign === 0),
  'pos?': test((sign) => sign > 0),
  'neg?': test((sign) => sign < 0),
  'even?': onInteger((n) => n % 2 === 0),
  'odd?': onInteger((n) => n % 2 !== 0),
  round: toWhole(Math.round, (digits, one) => floored(2n * digits + one, 2n * one)),
  floor: toWhole(Math.floor, floored),
  ceil: toWhole(Math.ceil, (digits, one) => -floored(-digits, one)),
}

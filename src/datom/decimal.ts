import type { Value } from './value.ts'

/**
 * Exact decimals as strings whose UTF-16 order is numeric order (the payload of a bigdec value, after its prefix):
 *
 *     zero       '1'
 *     positive   '2' exponent digits         value = 0.digits x 10^(exponent - BIAS), digits without trailing zeros
 *     negative   '0' complement of the above digit by digit, then ':', so that a longer magnitude sorts first
 */
const PREFIX = '\u0001'
const EXPONENT_DIGITS = 5
const BIAS = 50_000
const MAX_DIGITS = 400
const TEXT = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,5}))?$/

const complement = (digits: string): string => digits.replace(/\d/g, (d) => String(9 - Number(d)))

/** The payload for decimal text such as `-12.50` or `1e3`; undefined when it is not a decimal or is out of bounds. */
export function decimalPayload(text: string, mostDigits = MAX_DIGITS): string | undefined {
  const m = TEXT.exec(text)
  if (m === null) return undefined
  const [, sign, whole = '', fraction = '', exp = '0'] = m
  const all = whole + fraction
  const led = all.replace(/^0+/, '')
  const digits = led.replace(/0+$/, '')
  if (digits === '') return '1'
  const exponent = led.length - fraction.length + Number(exp) + BIAS
  if (digits.length > mostDigits || exponent < 0 || exponent >= 10 ** EXPONENT_DIGITS) return undefined
  const body = String(exponent).padStart(EXPONENT_DIGITS, '0') + digits
  return sign === '-' ? `0${complement(body)}:` : `2${body}`
}

/** The normalised text of a payload: no exponent unless the number is very long, no trailing zeros, `0` for zero. */
export function decimalText(payload: string): string {
  if (payload === '1') return '0'
  const negative = payload[0] === '0'
  const body = negative ? complement(payload.slice(1, -1)) : payload.slice(1)
  const point = Number(body.slice(0, EXPONENT_DIGITS)) - BIAS
  const digits = body.slice(EXPONENT_DIGITS)
  const sign = negative ? '-' : ''
  if (point > digits.length + 30 || point < -30) return `${sign}0.${digits}e${point}`
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  if (point >= digits.length) return sign + digits.padEnd(point, '0')
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
}

/** Exact: every finite double is a decimal of finite length. Requires: `n` finite. */
function exactText(n: number): string {
  if (Number.isInteger(n)) return BigInt(n).toString()
  // n = m / 2^k with k <= 1074, hence n = m * 5^k / 10^k
  let k = 0
  let m = n
  while (!Number.isInteger(m)) {
    m *= 2
    k++
  }
  return `${BigInt(m) * 5n ** BigInt(k)}e-${k}`
}

/** For comparisons, whatever the number of digits. Requires: `v` is numeric and finite. */
const payloadOf = (v: Value): string =>
  typeof v === 'string'
    ? v.slice(1)
    : (decimalPayload(typeof v === 'number' ? exactText(v) : v.toString(), Number.POSITIVE_INFINITY) as string)

/** Whether `v` is a long, double, bigint or bigdec. */
export const isNumeric = (v: Value): boolean =>
  typeof v === 'number' || typeof v === 'bigint' || (typeof v === 'string' && v.charCodeAt(0) === 1)

/** Compares any two numeric values by mathematical value; infinities lie outside everything. */
export function compareDecimalCells(a: Value, b: Value): number {
  if (typeof a === 'number' && !Number.isFinite(a)) return a === b ? 0 : a < 0 ? -1 : 1
  if (typeof b === 'number' && !Number.isFinite(b)) return b < 0 ? 1 : -1
  if (typeof a !== 'string' && typeof b !== 'string') return a < b ? -1 : a > b ? 1 : 0
  const pa = payloadOf(a)
  const pb = payloadOf(b)
  return pa < pb ? -1 : pa > pb ? 1 : 0
}

/** The number that is mathematically equal to `v`, else a bigdec value: one key for all types. Requires: `v` bigint or bigdec. */
export function numericKey(v: Value): Value {
  if (typeof v === 'bigint') {
    const n = Number(v)
    return Number.isFinite(n) && BigInt(n) === v ? n : PREFIX + payloadOf(v)
  }
  const n = Number(decimalText((v as string).slice(1)))
  return Number.isFinite(n) && payloadOf(n) === (v as string).slice(1) ? n : v
}

import { decimalPayload, decimalText } from '../../datom/decimal.ts'
import { Tag, type Value } from '../../datom/value.ts'
import { badArgument } from '../builtin.ts'

/** An exact decimal: `digits` times 10 to the power of minus `scale`. */
export interface Decimal {
  readonly digits: bigint
  readonly scale: number
}

/** Digits that a division keeps when it does not come out even (decimal128's). */
const DIVISION_DIGITS = 34

/** A number of any type as a decimal. Requires: finite. */
export function toDecimal(v: Value): Decimal {
  const text = typeof v === 'string' ? decimalText(v.slice(1)) : String(v)
  const [mantissa = '', exponent = '0'] = text.split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const scale = fraction.length - Number(exponent)
  const digits = BigInt(whole + fraction)
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 }
}

export function ofDecimal({ digits, scale }: Decimal): Value {
  const sign = digits < 0n ? '-' : ''
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0')
  const payload = decimalPayload(`${sign}${text.slice(0, text.length - scale)}.${text.slice(text.length - scale)}`)
  if (payload === undefined) throw badArgument('a result of fewer digits', String(digits))
  return Tag.bigdec + payload
}

/** An operation on integers as one on decimals: it works on the digits of both at one scale, which the result has too. */
export const atOneScale =
  (of: (x: bigint, y: bigint) => bigint) =>
  (a: Decimal, b: Decimal): Decimal => {
    const scale = Math.max(a.scale, b.scale)
    return { digits: of(a.digits * 10n ** BigInt(scale - a.scale), b.digits * 10n ** BigInt(scale - b.scale)), scale }
  }

export const multiplyDecimals = (a: Decimal, b: Decimal): Decimal => ({
  digits: a.digits * b.digits,
  scale: a.scale + b.scale,
})
const divided = atOneScale((x, y) => (x * 10n ** BigInt(DIVISION_DIGITS)) / y)
/** Truncated after {@link DIVISION_DIGITS} digits when it does not come out even. Requires: `b` is not zero. */
export const divideDecimals = (a: Decimal, b: Decimal): Decimal => ({ ...divided(a, b), scale: DIVISION_DIGITS })

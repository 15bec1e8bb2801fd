import type { Edn } from './atoms.ts'
import { decimalPayload } from './decimal.ts'

const NUMBER = /^([+-]?)(0|[1-9]\d*)(?:(N)|(\.\d*)?([eE][+-]?\d+)?(M)?)$/
/** Longer numbers are refused: turning digits into a bigint takes more than linear time. */
const MAX_LENGTH = 4096

/** Whether a token that starts so can only be a number. */
export const startsNumber = (token: string): boolean => /^[+-]?\.?\d/.test(token)

/**
 * The number that a token says: integers as numbers, beyond the safe range as bigints; `1N` a bigint literal, `1.5M` a
 * bigdec literal. undefined when it is no EDN number.
 */
export function readNumber(token: string): Edn | undefined {
  const m = token.length > MAX_LENGTH ? null : NUMBER.exec(token)
  if (m === null) return undefined
  const [, sign, whole, big, fraction, exponent, decimal] = m
  if (big !== undefined) return { $lit: BigInt(`${sign === '-' ? '-' : ''}${whole}`), $type: 'bigint' }
  if (decimal !== undefined) {
    const text = token.slice(0, -1).replace(/^\+/, '')
    return decimalPayload(text) === undefined ? undefined : { $lit: text, $type: 'bigdec' }
  }
  const n = Number(token)
  if (fraction !== undefined || exponent !== undefined) return n
  if (Number.isSafeInteger(n)) return n === 0 ? 0 : n
  return BigInt(token.replace(/^\+/, ''))
}

/** The text of a number such that reading gives the same number back. */
export function printNumber(n: number): string {
  if (Number.isNaN(n)) return '##NaN'
  if (!Number.isFinite(n)) return n > 0 ? '##Inf' : '##-Inf'
  if (Object.is(n, -0)) return '-0.0'
  const text = String(n)
  return Number.isInteger(n) && !Number.isSafeInteger(n) && !text.includes('e') ? `${text}.0` : text
}

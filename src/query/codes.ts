import { unifyKey, type Value } from '../datom/value.ts'
import { isInt32 } from '../db/values.ts'
import { type Column, codedRunsOf } from './column.ts'

/** Integers from here on are not their own code. */
const LIMIT = 2 ** 30

/**
 * Values as 32-bit integers, one run long, so that joins and sets of rows compare integers: a small integer is its own code,
 * every other value gets a number from 2^30 on. Two values have one code exactly when they unify.
 */
export class Codes {
  readonly #numbers = new Map<Value, number>()
  readonly #values: Value[] = []

  /** `mixed`: bigints or exact decimals may occur, which unify with other numbers. */
  constructor(private readonly mixed: boolean) {}

  of(v: Value): number {
    const key = this.mixed ? unifyKey(v) : v
    if (isInt32(key) && key < LIMIT && key >= -LIMIT) return key
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const code = LIMIT + this.#values.length
    this.#numbers.set(key, code)
    this.#values.push(v)
    return code
  }

  /** The code of `v`, or -2^31 when no value that unifies with it has one. */
  find(v: Value): number {
    const key = this.mixed ? unifyKey(v) : v
    if (isInt32(key) && key < LIMIT && key >= -LIMIT) return key
    return this.#numbers.get(key) ?? -(2 ** 31)
  }

  /** The codes of a column; the column itself when its values are their own. */
  ofColumn(column: Column): Int32Array {
    if (areOwnCodes(column)) return column
    const out = new Int32Array(column.length)
    let row = 0
    for (const run of codedRunsOf(column)) {
      for (; row < run.row; row++) out[row] = this.of(column[row] as Value)
      const codes = this.ofColumn(run.list)
      for (let i = run.start; i < run.end; i++) out[row++] = codes[run.at[i] as number] as number
    }
    for (; row < out.length; row++) out[row] = this.of(column[row] as Value)
    return out
  }

  /** The values of codes; the codes themselves when all are their own values. */
  decode(codes: Int32Array): Column {
    const n = codes.length
    let i = 0
    while (i < n && (codes[i] as number) < LIMIT) i++
    if (i === n) return codes
    const out: Value[] = []
    for (let k = 0; k < n; k++) {
      const code = codes[k] as number
      out.push(code < LIMIT ? code : (this.#values[code - LIMIT] as Value))
    }
    return out
  }
}

/** Whether all values of a column are small integers, which stand for themselves. */
function areOwnCodes(column: Column): column is Int32Array {
  if (!(column instanceof Int32Array)) return false
  let i = 0
  while (i < column.length && (column[i] as number) < LIMIT && (column[i] as number) >= -LIMIT) i++
  return i === column.length
}

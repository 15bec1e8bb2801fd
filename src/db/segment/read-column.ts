import { sameColumn } from '../same-column.ts'
import type { ByteReader } from './byte-reader.ts'
import { passingNumbers, readNumbers } from './decode-numbers.ts'

/**
 * Reads `n` integers `0 ..< end` as a column. One that says the same throughout is shared: the transaction of an import, of many
 * segments.
 */
export function readColumn(from: ByteReader, n: number, end: number): Int32Array {
  const numbers = readNumbers(from, n, passingNumbers)
  const [first = 0] = numbers
  const check = (x: number): number => {
    if (x >= 0 && x < end && (x | 0) === x) return x
    throw from.corrupt(`${x} where an integer below ${end} should be`)
  }
  let same = 1
  while (same < n && numbers[same] === first) same++
  if (same >= n) return sameColumn(n === 0 ? first : check(first), n)
  const out = new Int32Array(n)
  for (let i = 0; i < n; i++) out[i] = check(numbers[i] as number)
  return out
}

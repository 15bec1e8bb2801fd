import type { ByteReader } from './byte-reader.ts'
import { BLOCK, DELTA, MAX_EXPONENT, MAX_ROWS, MAX_WIDTH, RAW, SCALED } from './layout.ts'

/** The least bytes of a block: head and base. */
const MIN_BLOCK_BYTES = 2

const newNumbers = (n: number): Float64Array => new Float64Array(n)
const passing = new Float64Array(MAX_ROWS)

/** Room for `n` numbers, one for each row at most, that are used up before any others are put into such room. */
export const passingNumbers = (n: number): Float64Array => passing.subarray(0, n)

/** Reads `n` numbers; none of them is NaN or -0. `room` makes what they are put into. */
export function readNumbers(from: ByteReader, n: number, room = newNumbers): Float64Array {
  if (Math.ceil(n / BLOCK) * MIN_BLOCK_BYTES > from.left) throw from.corrupt(`${n} numbers in ${from.left} bytes`)
  const out = room(n)
  let last = 0
  for (let at = 0; at < n; at += BLOCK) last = readBlock(from, out, at, Math.min(at + BLOCK, n), last)
  return out
}

/** Reads `n` numbers that must be integers `0 ..< end`. */
export function readIntegers(from: ByteReader, n: number, end: number): Float64Array {
  const out = readNumbers(from, n)
  for (let i = 0; i < n; i++) {
    const x = out[i] as number
    if (!(x >= 0 && x < end && Math.floor(x) === x)) throw from.corrupt(`${x} where an integer below ${end} should be`)
  }
  return out
}

/** Returns what counts as the last number before the next block. */
function readBlock(from: ByteReader, out: Float64Array, lo: number, hi: number, last: number): number {
  const head = from.u8()
  if (head === RAW) {
    for (let i = lo; i < hi; i++) {
      const x = from.f64()
      if (Number.isNaN(x) || Object.is(x, -0)) throw from.corrupt(`${x} is no number of a database`)
      out[i] = x
    }
    return 0
  }
  const width = head & RAW
  const exponent = head & SCALED ? from.u8() : 0
  if (width > MAX_WIDTH || exponent > MAX_EXPONENT)
    throw from.corrupt(`no numbers are ${width} bits, ${exponent} digits`)
  const base = last + from.varint()
  if (head & DELTA) {
    out.fill(from.varint(), lo + 1, hi)
    addPacked(from, out, lo + 1, hi, width)
    out[lo] = base
    for (let i = lo + 1; i < hi; i++) out[i] = (out[i] as number) + (out[i - 1] as number)
  } else {
    out.fill(base, lo, hi)
    addPacked(from, out, lo, hi, width)
  }
  if (exponent === 0) return out[hi - 1] as number
  const scale = 10 ** exponent
  for (let i = lo; i < hi; i++) out[i] = (out[i] as number) / scale
  return 0
}

function addPacked(from: ByteReader, out: Float64Array, lo: number, hi: number, width: number): void {
  if (width > 0) from.addPacked(out, lo, hi, Math.min(width, 32), 1)
  if (width > 32) from.addPacked(out, lo, hi, width - 32, 2 ** 32)
}

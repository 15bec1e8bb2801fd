import type { ByteWriter } from './byte-writer.ts'
import { BLOCK, bitsOf, DELTA, MAX_EXPONENT, MAX_PACKED, RAW, SCALED } from './layout.ts'

type Numbers = Int32Array | Uint16Array | Float64Array | readonly number[]

/** The block that is being written: there is never more than one. */
const BLOCK_NOW = new Float64Array(BLOCK)

/** Writes `numbers` of layout.ts. */
export function writeNumbers(out: ByteWriter, values: Numbers): void {
  let last = 0
  for (let at = 0; at < values.length; at += BLOCK) {
    const end = Math.min(at + BLOCK, values.length)
    BLOCK_NOW.set('subarray' in values ? values.subarray(at, end) : values.slice(at, end))
    last = writeBlock(out, BLOCK_NOW.subarray(0, end - at), last)
  }
}

/** Returns what counts as the last number before the next block. */
function writeBlock(out: ByteWriter, x: Float64Array, last: number): number {
  const next = x[x.length - 1] as number
  if (writeIntegers(out, x, last, 0)) return next
  const exponent = exponentOf(x)
  const scaled = x.map((value) => Math.round(value * 10 ** exponent))
  const exact = exponent <= MAX_EXPONENT && scaled.every((n, i) => n / 10 ** exponent === x[i])
  if (exact && writeIntegers(out, scaled, 0, exponent)) return 0
  out.u8(RAW)
  for (const value of x) out.f64(value + 0) // no -0: a database has none
  return 0
}

/**
 * Writes integers, scaled by 10^`exponent`, and overwrites `x` with what was packed. False, and nothing happens, when one of them
 * is not an integer that can be packed.
 */
function writeIntegers(out: ByteWriter, x: Float64Array, last: number, exponent: number): boolean {
  const first = x[0] as number
  let min = first
  let max = first
  let least = Infinity
  let most = -Infinity
  let previous = first
  for (let i = 0; i < x.length; i++) {
    const value = x[i] as number
    if (!(Math.abs(value) <= MAX_PACKED) || Math.floor(value) !== value) return false
    if (value < min) min = value
    if (value > max) max = value
    if (i > 0) {
      const step = value - previous
      if (step < least) least = step
      if (step > most) most = step
    }
    previous = value
  }
  const width = bitsOf(max - min)
  const stepWidth = x.length > 2 ? bitsOf(most - least) : width
  const delta = stepWidth < width
  const head = delta ? stepWidth | DELTA : width
  out.u8(exponent === 0 ? head : head | SCALED)
  if (exponent > 0) out.u8(exponent)
  out.varint((delta ? first : min) - last)
  if (delta) {
    out.varint(least)
    for (let i = 1; i < x.length; i++) x[i - 1] = (x[i] as number) - (x[i - 1] as number) - least
    pack(out, x.subarray(0, -1), stepWidth)
  } else {
    for (let i = 0; i < x.length; i++) x[i] = (x[i] as number) - min
    pack(out, x, width)
  }
  return true
}

function pack(out: ByteWriter, x: Float64Array, width: number): void {
  if (width > 0) out.packed(x, Math.min(width, 32), 1)
  if (width > 32) out.packed(x, width - 32, 2 ** -32)
}

/** How many decimal digits the fractions of `x` have, as far as that can be told one by one; too many if one has too many. */
function exponentOf(x: Float64Array): number {
  let exponent = 1
  for (const value of x) {
    while (exponent <= MAX_EXPONENT && Math.round(value * 10 ** exponent) / 10 ** exponent !== value) exponent++
  }
  return exponent
}

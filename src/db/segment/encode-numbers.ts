import type { ByteWriter } from './byte-writer.ts'
import { BLOCK, bitsOf, DELTA, MAX_EXPONENT, MAX_PACKED, RAW, SCALED } from './layout.ts'

/** Writes `numbers` of layout.ts. */
export function writeNumbers(out: ByteWriter, values: Float64Array): void {
  let last = 0
  for (let at = 0; at < values.length; at += BLOCK) {
    const block = values.subarray(at, at + BLOCK)
    if (writeIntegers(out, block, last, 0)) last = block[block.length - 1] as number
    else {
      writeFractions(out, block)
      last = 0
    }
  }
}

/** False, and nothing is written, when one of `x` is not an integer that can be packed. `exponent` is what they are scaled by. */
function writeIntegers(out: ByteWriter, x: Float64Array, last: number, exponent: number): boolean {
  const first = x[0] as number
  let min = Infinity
  let max = -Infinity
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
  const stepWidth = x.length > 2 ? bitsOf(most - least) : Infinity
  const delta = stepWidth < width
  const head = delta ? stepWidth | DELTA : width
  out.u8(exponent === 0 ? head : head | SCALED)
  if (exponent > 0) out.u8(exponent)
  out.varint((delta ? first : min) - last)
  if (delta) out.varint(least)
  if (delta) writePacked(out, stepsOf(x, least), stepWidth)
  else writePacked(out, distancesFrom(x, min), width)
  return true
}

function distancesFrom(x: Float64Array, min: number): Float64Array {
  const out = new Float64Array(x.length)
  for (let i = 0; i < out.length; i++) out[i] = (x[i] as number) - min
  return out
}

/** The differences of neighbours, less `least`. */
function stepsOf(x: Float64Array, least: number): Float64Array {
  const out = new Float64Array(x.length - 1)
  for (let i = 0; i < out.length; i++) out[i] = (x[i + 1] as number) - (x[i] as number) - least
  return out
}

function writePacked(out: ByteWriter, x: Float64Array, width: number): void {
  if (width > 0) out.packed(x, Math.min(width, 32), 1)
  if (width > 32) out.packed(x, width - 32, 2 ** -32)
}

/** As integers of the smallest scale at which every one comes back exactly, else as they are. */
function writeFractions(out: ByteWriter, x: Float64Array): void {
  const exponent = exponentOf(x)
  if (exponent <= MAX_EXPONENT) {
    const scaled = x.map((value) => Math.round(value * 10 ** exponent))
    if (scaled.every((n, i) => n / 10 ** exponent === x[i]) && writeIntegers(out, scaled, 0, exponent)) return
  }
  out.u8(RAW)
  for (const value of x) out.f64(value + 0) // no -0: a database has none
}

/** How many decimal digits the fractions of `x` have, as far as that can be told one by one; too many if one has too many. */
function exponentOf(x: Float64Array): number {
  let exponent = 1
  for (const value of x) {
    while (exponent <= MAX_EXPONENT && Math.round(value * 10 ** exponent) / 10 ** exponent !== value) exponent++
  }
  return exponent
}

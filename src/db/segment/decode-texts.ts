import type { ByteReader } from './byte-reader.ts'
import { readNumbers } from './decode-numbers.ts'
import { FREE, MAX_DIGITS, MAX_SHARED, Texts } from './layout.ts'

/** Reads `n` texts. Requires: n > 0. */
export function readTexts(from: ByteReader, n: number): string[] {
  const form = from.u8()
  if (form === Texts.frontCoded) return readFrontCoded(from, n)
  if (form !== Texts.digits && form !== Texts.fixed) throw from.corrupt(`form ${form} of texts is unknown`)
  const length = from.size(MAX_SHARED, 'units in a text')
  const template = readNumbers(from, length)
  const free: number[] = []
  template.forEach((unit, place) => {
    if (unit === FREE) free.push(place)
    else checkUnit(from, unit)
  })
  const units = new Uint16Array(n * length)
  for (let at = 0; at < units.length; at += length) units.set(template, at)
  if (form === Texts.digits) fillDigits(from, n, units, length, free)
  else fillUnits(from, n, units, length, free)
  return cutTexts(units, new Float64Array(n).fill(length))
}

function fillDigits(from: ByteReader, n: number, units: Uint16Array, length: number, free: readonly number[]): void {
  if (free.length > MAX_DIGITS) throw from.corrupt(`${free.length} digits in one number`)
  const numbers = readNumbers(from, n)
  const end = 10 ** free.length
  for (let i = 0; i < n; i++) {
    let rest = numbers[i] as number
    if (!(isCount(rest) && rest < end)) throw from.corrupt(`${rest} has not ${free.length} digits`)
    for (let k = free.length - 1; k >= 0; k--) {
      const next = Math.floor(rest / 10)
      units[i * length + (free[k] as number)] = 48 + rest - next * 10
      rest = next
    }
  }
}

function fillUnits(from: ByteReader, n: number, units: Uint16Array, length: number, free: readonly number[]): void {
  const given = readUnits(from, n * free.length)
  let at = 0
  for (let i = 0; i < n; i++) for (const place of free) units[i * length + place] = given[at++] as number
}

function readFrontCoded(from: ByteReader, n: number): string[] {
  const shared = readNumbers(from, n)
  const lengths = readNumbers(from, n)
  let total = 0
  let before = 0
  for (let i = 0; i < n; i++) {
    const common = shared[i] as number
    const more = lengths[i] as number
    if (!(isCount(common) && common <= Math.min(before, MAX_SHARED) && isCount(more))) {
      throw from.corrupt(`a text of ${common} + ${more} units follows one of ${before}`)
    }
    total += more
    before = lengths[i] = common + more
  }
  const given = readUnits(from, total)
  const units = new Uint16Array(lengths.reduce((sum, length) => sum + length, 0))
  let at = 0
  let next = 0
  let start = 0
  for (let i = 0; i < n; i++) {
    const common = shared[i] as number
    const end = at + (lengths[i] as number)
    for (let k = start, stop = start + common; k < stop; k++) units[at + k - start] = units[k] as number
    start = at
    for (at += common; at < end; at++) units[at] = given[next++] as number
  }
  return cutTexts(units, lengths)
}

/** `n` units, through their alphabet. */
function readUnits(from: ByteReader, n: number): Float64Array {
  if (n === 0) return new Float64Array(0)
  const alphabet = readNumbers(from, from.size(0x10000, 'units in an alphabet'))
  for (const unit of alphabet) checkUnit(from, unit)
  const units = readNumbers(from, n)
  for (let i = 0; i < n; i++) {
    const unit = alphabet[units[i] as number]
    if (unit === undefined) throw from.corrupt(`place ${units[i]} in an alphabet of ${alphabet.length}`)
    units[i] = unit
  }
  return units
}

const isCount = (n: number): boolean => Number.isInteger(n) && n >= 0

function checkUnit(from: ByteReader, unit: number): void {
  if (!(isCount(unit) && unit <= 0xffff)) throw from.corrupt(`${unit} is no UTF-16 unit`)
}

/** Cuts what `units` spell into texts of these lengths. */
function cutTexts(units: Uint16Array, lengths: Float64Array): string[] {
  const all = textOf(units)
  const out: string[] = []
  let at = 0
  for (const length of lengths) {
    out.push(all.slice(at, at + length))
    at += length
  }
  return out
}

const utf8 = new TextDecoder()
/** Arguments that one call may safely have. */
const MOST_ARGUMENTS = 8192

function textOf(units: Uint16Array): string {
  if (units.every((unit) => unit < 128)) return utf8.decode(new Uint8Array(units))
  let out = ''
  for (let at = 0; at < units.length; at += MOST_ARGUMENTS) {
    out += String.fromCharCode(...units.subarray(at, at + MOST_ARGUMENTS))
  }
  return out
}

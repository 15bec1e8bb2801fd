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
  const places: Places = { n, length, template, free }
  return form === Texts.digits ? readDigits(from, places) : readFixed(from, places)
}

/** Texts of one length: what is the same in all, and where they differ. */
interface Places {
  readonly n: number
  readonly length: number
  readonly template: Float64Array
  readonly free: readonly number[]
}

function readDigits(from: ByteReader, places: Places): string[] {
  const { n, length, free } = places
  if (free.length > MAX_DIGITS) throw from.corrupt(`${free.length} digits in one number`)
  const numbers = readNumbers(from, n)
  const end = 10 ** free.length
  const units = repeated(places, 0)
  for (let i = 0; i < n; i++) {
    let rest = numbers[i] as number
    if (!(isCount(rest) && rest < end)) throw from.corrupt(`${rest} has not ${free.length} digits`)
    for (let k = free.length - 1; k >= 0; k--) {
      const next = Math.floor(rest / 10)
      units[i * length + (free[k] as number)] = 48 + rest - next * 10
      rest = next
    }
  }
  return cutEvenly(units, places)
}

function readFixed(from: ByteReader, places: Places): string[] {
  const { n, length, free } = places
  const given = readUnits(from, n * free.length)
  const units = repeated(places, given.most)
  let at = 0
  for (let i = 0; i < n; i++) for (const place of free) units[i * length + place] = unitAt(given, at++)
  return cutEvenly(units, places)
}

/** The template `n` times over, with room for units up to `most`. */
function repeated({ n, length, template }: Places, most: number): Units {
  const units = makeUnits(n * length, template.reduce(max, most))
  for (let at = 0; at < units.length; at += length) units.set(template, at)
  return units
}

const cutEvenly = (units: Units, { n, length }: Places): string[] => cutTexts(units, new Float64Array(n).fill(length))

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
  const units = makeUnits(lengths.reduce(sum, 0), given.most)
  let start = 0
  let next = 0
  let at = 0
  for (let i = 0; i < n; i++) {
    const end = at + (lengths[i] as number)
    const shift = at - start
    start = at
    for (const stop = at + (shared[i] as number); at < stop; at++) units[at] = units[at - shift] as number
    for (; at < end; at++) units[at] = unitAt(given, next++)
  }
  return cutTexts(units, lengths)
}

/** UTF-16 units; bytes if all of them are ASCII. */
type Units = Uint8Array | Uint16Array

const makeUnits = (n: number, most: number): Units => (most < 128 ? new Uint8Array(n) : new Uint16Array(n))

/** Units through their alphabet. */
interface GivenUnits {
  readonly alphabet: Float64Array
  readonly places: Float64Array
  /** The greatest unit. */
  readonly most: number
}

function readUnits(from: ByteReader, n: number): GivenUnits {
  if (n === 0) return { alphabet: NONE, places: NONE, most: 0 }
  const alphabet = readNumbers(from, from.size(0x10000, 'units in an alphabet'))
  for (const unit of alphabet) checkUnit(from, unit)
  const places = readNumbers(from, n)
  for (let i = 0; i < n; i++) {
    const place = places[i] as number
    if (!(place < alphabet.length && isCount(place))) throw from.corrupt(`place ${place} of ${alphabet.length} units`)
  }
  return { alphabet, places, most: alphabet.reduce(max) }
}

const NONE = new Float64Array(0)
const unitAt = ({ alphabet, places }: GivenUnits, i: number): number => alphabet[places[i] as number] as number
const sum = (x: number, y: number): number => x + y
const max = (x: number, y: number): number => Math.max(x, y)

const isCount = (n: number): boolean => Number.isInteger(n) && n >= 0

function checkUnit(from: ByteReader, unit: number): void {
  if (!(isCount(unit) && unit <= 0xffff)) throw from.corrupt(`${unit} is no UTF-16 unit`)
}

/** Cuts what `units` spell into texts of these lengths. */
function cutTexts(units: Units, lengths: Float64Array): string[] {
  const all = textOf(units)
  const out: string[] = []
  let at = 0
  for (let i = 0; i < lengths.length; i++) {
    const end = at + (lengths[i] as number)
    out.push(all.slice(at, end))
    at = end
  }
  return out
}

const utf8 = new TextDecoder()
/** Arguments that one call may safely have. */
const MOST_ARGUMENTS = 8192

function textOf(units: Units): string {
  if (units instanceof Uint8Array) return utf8.decode(units)
  let out = ''
  for (let at = 0; at < units.length; at += MOST_ARGUMENTS) {
    out += String.fromCharCode(...units.subarray(at, at + MOST_ARGUMENTS))
  }
  return out
}

import type { ByteReader } from './byte-reader.ts'
import { readIntegers } from './decode-numbers.ts'
import { FREE, MAX_DIGITS, MAX_SHARED, Texts, UNITS } from './layout.ts'

/** Reads `n` texts. Requires: n > 0. */
export function readTexts(from: ByteReader, n: number): string[] {
  const form = from.u8()
  if (!(form & Texts.templated)) return cutTexts(readFrontCoded(from, n))
  const template = readIntegers(from, from.size(MAX_SHARED), UNITS + 1)
  const free: number[] = []
  template.forEach((unit, place) => {
    if (unit === FREE) free.push(place)
  })
  const rest = form & Texts.digits ? readDigits(from, n, free.length) : readFrontCoded(from, n).units
  if (rest.length !== n * free.length) throw from.corrupt(`${rest.length} units for ${n} times ${free.length} places`)
  const wide = rest instanceof Uint16Array || template.some((unit) => unit >= ASCII && unit !== FREE)
  const same = makeUnits(template.length, wide)
  same.set(template)
  const units = makeUnits(n * template.length, wide)
  for (let at = 0, next = 0; at < units.length; at += template.length) {
    units.set(same, at)
    for (let k = 0; k < free.length; k++) units[at + (free[k] as number)] = rest[next++] as number
  }
  return cutTexts({ units, lengths: new Float64Array(n).fill(template.length) })
}

/** Texts one after the other. */
interface Spelt {
  readonly units: Units
  readonly lengths: Float64Array
}
/** UTF-16 units; bytes if all of them are ASCII. */
type Units = Uint8Array | Uint16Array
const ASCII = 128
const makeUnits = (n: number, wide: boolean): Units => (wide ? new Uint16Array(n) : new Uint8Array(n))

/** `n` numbers of so many digits each. */
function readDigits(from: ByteReader, n: number, digits: number): Units {
  const numbers = readIntegers(from, n, 10 ** Math.min(digits, MAX_DIGITS))
  const units = new Uint8Array(n * digits).fill(48)
  for (let i = 0; i < n; i++) {
    let rest = numbers[i] as number
    for (let at = (i + 1) * digits - 1; rest > 0; at--) {
      const next = Math.floor(rest / 10)
      units[at] = 48 + rest - next * 10
      rest = next
    }
  }
  return units
}

function readFrontCoded(from: ByteReader, n: number): Spelt {
  const shared = readIntegers(from, n, MAX_SHARED + 1)
  const lengths = readIntegers(from, n, Infinity)
  let given = 0
  let all = 0
  let before = 0
  for (let i = 0; i < n; i++) {
    if ((shared[i] as number) > before) throw from.corrupt(`${shared[i]} units in common with a text of ${before}`)
    given += lengths[i] as number
    before = lengths[i] = (lengths[i] as number) + (shared[i] as number)
    all += before
  }
  const alphabet = readIntegers(from, from.size(UNITS), UNITS)
  const places = readIntegers(from, given, alphabet.length)
  const wide = alphabet.some((unit) => unit >= ASCII)
  const units = makeUnits(all, wide)
  let start = 0
  let next = 0
  let at = 0
  for (let i = 0; i < n; i++) {
    const end = at + (lengths[i] as number)
    const shift = at - start
    start = at
    for (const stop = at + (shared[i] as number); at < stop; at++) units[at] = units[at - shift] as number
    for (; at < end; at++) units[at] = alphabet[places[next++] as number] as number
  }
  return { units, lengths }
}

function cutTexts({ units, lengths }: Spelt): string[] {
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

let utf8: TextDecoder | undefined
/** Arguments that one call may safely have. */
const MOST_ARGUMENTS = 8192

function textOf(units: Units): string {
  if (units instanceof Uint8Array) {
    utf8 ??= new TextDecoder()
    return utf8.decode(units)
  }
  let out = ''
  for (let at = 0; at < units.length; at += MOST_ARGUMENTS) {
    out += String.fromCharCode.apply(null, units.subarray(at, at + MOST_ARGUMENTS) as unknown as number[])
  }
  return out
}

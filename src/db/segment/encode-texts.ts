import type { ByteWriter } from './byte-writer.ts'
import { writeNumbers } from './encode-numbers.ts'
import { FREE, MAX_DIGITS, MAX_SHARED, Texts } from './layout.ts'

/** Writes `texts` of layout.ts, in the form that needs the fewest units. Requires: at least one text. */
export function writeTexts(out: ByteWriter, texts: readonly string[]): void {
  const free = freePlaces(texts)
  const digits = free && asDigits(texts, free)
  if (free !== undefined && digits !== undefined) {
    out.u8(Texts.digits)
    writeTemplate(out, texts[0] as string, free)
    writeNumbers(out, digits)
    return
  }
  const shared = sharedUnits(texts)
  const follow = new Float64Array(texts.length)
  let total = 0
  for (let i = 0; i < texts.length; i++) {
    follow[i] = (texts[i] as string).length - (shared[i] as number)
    total += follow[i] as number
  }
  if (free !== undefined && free.length * texts.length <= total) {
    out.u8(Texts.fixed)
    writeTemplate(out, texts[0] as string, free)
    writeUnits(out, unitsAt(texts, free))
  } else {
    out.u8(Texts.frontCoded)
    writeNumbers(out, shared)
    writeNumbers(out, follow)
    writeUnits(out, unitsAfter(texts, shared, total))
  }
}

/** The places at which `texts` differ; undefined unless all are equally long, and some place is the same in all. */
function freePlaces(texts: readonly string[]): number[] | undefined {
  const first = texts[0] as string
  if (first.length > MAX_SHARED || texts.length === 1) return undefined
  for (const text of texts) if (text.length !== first.length) return undefined
  const free: number[] = []
  for (let place = 0; place < first.length; place++) {
    const unit = first.charCodeAt(place)
    let i = 1
    while (i < texts.length && (texts[i] as string).charCodeAt(place) === unit) i++
    if (i < texts.length) free.push(place)
  }
  return free.length < first.length ? free : undefined
}

/** The digits at the free places of each text as one number; undefined when there is something else, or too much. */
function asDigits(texts: readonly string[], free: readonly number[]): Float64Array | undefined {
  if (free.length > MAX_DIGITS) return undefined
  const out = new Float64Array(texts.length)
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] as string
    let n = 0
    for (const place of free) {
      const digit = text.charCodeAt(place) - 48
      if (digit < 0 || digit > 9) return undefined
      n = n * 10 + digit
    }
    out[i] = n
  }
  return out
}

function writeTemplate(out: ByteWriter, text: string, free: readonly number[]): void {
  const template = Float64Array.from({ length: text.length }, (_, place) => text.charCodeAt(place))
  for (const place of free) template[place] = FREE
  out.varint(template.length)
  writeNumbers(out, template)
}

/** How many first units each text has in common with the one before. */
function sharedUnits(texts: readonly string[]): Float64Array {
  const shared = new Float64Array(texts.length)
  for (let i = 1; i < texts.length; i++) {
    const before = texts[i - 1] as string
    const text = texts[i] as string
    const most = Math.min(before.length, text.length, MAX_SHARED)
    let n = 0
    while (n < most && before.charCodeAt(n) === text.charCodeAt(n)) n++
    shared[i] = n
  }
  return shared
}

function unitsAfter(texts: readonly string[], shared: Float64Array, total: number): Float64Array {
  const units = new Float64Array(total)
  let at = 0
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] as string
    for (let k = shared[i] as number; k < text.length; k++) units[at++] = text.charCodeAt(k)
  }
  return units
}

function unitsAt(texts: readonly string[], places: readonly number[]): Float64Array {
  const units = new Float64Array(texts.length * places.length)
  let at = 0
  for (const text of texts) for (const place of places) units[at++] = text.charCodeAt(place)
  return units
}

function writeUnits(out: ByteWriter, units: Float64Array): void {
  if (units.length === 0) return
  let most = 0
  for (let i = 0; i < units.length; i++) most = Math.max(most, units[i] as number)
  const codes = new Uint16Array(most + 1)
  for (let i = 0; i < units.length; i++) codes[units[i] as number] = 1
  const alphabet: number[] = []
  for (let unit = 0; unit < codes.length; unit++) if (codes[unit] === 1) codes[unit] = alphabet.push(unit) - 1
  out.varint(alphabet.length)
  writeNumbers(out, Float64Array.from(alphabet))
  for (let i = 0; i < units.length; i++) units[i] = codes[units[i] as number] as number
  writeNumbers(out, units)
}

import type { ByteWriter } from './byte-writer.ts'
import { writeNumbers } from './encode-numbers.ts'
import { FREE, MAX_SHARED, Texts } from './layout.ts'

/** What `Texts.digits` can hold. */
const DIGITS = /^\d{1,15}$/

/** Writes `texts` of layout.ts. Requires: at least one text. */
export function writeTexts(out: ByteWriter, texts: readonly string[]): void {
  const template = templateOf(texts)
  if (template === undefined) {
    out.u8(0)
    writeFrontCoded(out, texts)
    return
  }
  const free = runsOf(template)
  const rest = texts.map((text) => free.map(([lo, hi]) => text.slice(lo, hi)).join(''))
  const digits = rest.every((text) => DIGITS.test(text))
  out.u8(digits ? Texts.templated | Texts.digits : Texts.templated)
  out.varint(template.length)
  writeNumbers(out, template)
  if (digits) writeNumbers(out, rest.map(Number))
  else writeFrontCoded(out, rest)
}

/** The units that are the same in all `texts`, FREE elsewhere; undefined unless all are equally long. */
function templateOf(texts: readonly string[]): Float64Array | undefined {
  const first = texts[0] as string
  if (first.length > MAX_SHARED || texts.length === 1) return undefined
  for (const text of texts) if (text.length !== first.length) return undefined
  return Float64Array.from({ length: first.length }, (_, place) => {
    const unit = first.charCodeAt(place)
    return texts.every((text) => text.charCodeAt(place) === unit) ? unit : FREE
  })
}

/** From where to where a template is free. */
function runsOf(template: Float64Array): (readonly [lo: number, hi: number])[] {
  const runs: [number, number][] = []
  template.forEach((unit, place) => {
    if (unit !== FREE) return
    const last = runs.at(-1)
    if (last?.[1] === place) last[1]++
    else runs.push([place, place + 1])
  })
  return runs
}

function writeFrontCoded(out: ByteWriter, texts: readonly string[]): void {
  const shared = new Int32Array(texts.length)
  const more = new Int32Array(texts.length)
  let before = ''
  let total = 0
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] as string
    const most = Math.min(before.length, text.length, MAX_SHARED)
    let n = 0
    while (n < most && before.charCodeAt(n) === text.charCodeAt(n)) n++
    shared[i] = n
    more[i] = text.length - n
    total += text.length - n
    before = text
  }
  writeNumbers(out, shared)
  writeNumbers(out, more)

  const units = new Uint16Array(total)
  let at = 0
  let most = 0
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] as string
    for (let k = shared[i] as number; k < text.length; k++) {
      const unit = text.charCodeAt(k)
      units[at++] = unit
      if (unit > most) most = unit
    }
  }
  writeUnits(out, units, most)
}

/** Writes units through their alphabet; `most` is the greatest. */
function writeUnits(out: ByteWriter, units: Uint16Array, most: number): void {
  const codes = new Uint16Array(most + 1)
  for (let i = 0; i < units.length; i++) codes[units[i] as number] = 1
  const alphabet: number[] = []
  for (let unit = 0; unit <= most; unit++) if (codes[unit] === 1) codes[unit] = alphabet.push(unit) - 1
  out.varint(alphabet.length)
  writeNumbers(out, alphabet)
  for (let i = 0; i < units.length; i++) units[i] = codes[units[i] as number] as number
  writeNumbers(out, units)
}

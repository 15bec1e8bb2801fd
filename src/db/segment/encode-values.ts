import type { Value } from '../../datom/value.ts'
import type { ByteWriter } from './byte-writer.ts'
import { writeNumbers } from './encode-numbers.ts'
import { writeTexts } from './encode-texts.ts'
import { bitsOf, DICTIONARY, Kind } from './layout.ts'

export function kindOf(v: Value): number {
  switch (typeof v) {
    case 'number':
      return Kind.number
    case 'string':
      return Kind.text
    case 'boolean':
      return Kind.boolean
    default:
      return Kind.bigint
  }
}

/** Writes `values` of layout.ts, all of one kind, whichever way is shorter; returns their shape. Requires: at least one. */
export function writeValues(out: ByteWriter, kind: number, values: readonly Value[]): number {
  if (kind !== Kind.number) {
    const found = kind === Kind.boolean ? undefined : dictionaryOf(values, values.length - 1)
    if (found === undefined) writeList(out, kind, values)
    else writeDictionary(out, kind, found)
    return found === undefined ? kind : kind | DICTIONARY
  }
  const start = out.length
  writeList(out, kind, values)
  const bits = ((out.length - start) * 8) / values.length
  if (bits < MIN_BITS_SAVED) return kind
  const found = dictionaryOf(values, values.length / MIN_REPEATS)
  if (found === undefined) return kind
  if (bits < bitsOf(found.list.length) + (bits * found.list.length) / values.length + MIN_BITS_SAVED) return kind
  out.cut(start)
  writeDictionary(out, kind, found)
  return kind | DICTIONARY
}

/** What a dictionary of numbers must save for each of them to be worth the way through it. */
const MIN_BITS_SAVED = 2
/** How often each number must occur for a dictionary. */
const MIN_REPEATS = 8

interface Dictionary {
  readonly list: readonly Value[]
  readonly places: Int32Array
}

/** The distinct values as they first appear; undefined when there are more than `most`. */
function dictionaryOf(values: readonly Value[], most: number): Dictionary | undefined {
  const placeOf = new Map<Value, number>()
  const places = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const v = values[i] as Value
    let place = placeOf.get(v)
    if (place === undefined) {
      place = placeOf.size
      if (place + 1 > most) return undefined
      placeOf.set(v, place)
    }
    places[i] = place
  }
  return { list: [...placeOf.keys()], places }
}

function writeDictionary(out: ByteWriter, kind: number, { list, places }: Dictionary): void {
  out.varint(list.length - 1)
  writeNumbers(out, places)
  writeList(out, kind, list)
}

function writeList(out: ByteWriter, kind: number, values: readonly Value[]): void {
  if (kind === Kind.text) writeTexts(out, values as readonly string[])
  else if (kind === Kind.bigint) writeTexts(out, values.map(String))
  else writeNumbers(out, values as readonly number[]) // a typed array takes booleans as 0 and 1
}

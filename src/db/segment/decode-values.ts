import type { Value } from '../../datom/value.ts'
import { intsOf, type Values } from '../values.ts'
import type { ByteReader } from './byte-reader.ts'
import { passingNumbers, readIntegers, readNumbers } from './decode-numbers.ts'
import { readTexts } from './decode-texts.ts'
import { DICTIONARY, Kind } from './layout.ts'

/** Reads `n` values of one shape. Requires: n > 0. */
export function readValues(from: ByteReader, shape: number, n: number): Values {
  if (!(shape & DICTIONARY)) return readList(from, shape, n)
  const size = from.size(n - 1) + 1
  const places = readIntegers(from, n, size)
  const list = readList(from, shape - DICTIONARY, size)
  if (list instanceof Int32Array) return Int32Array.from(places, (place) => list[place] as number)
  const out: Value[] = []
  for (let i = 0; i < n; i++) out.push(list[places[i] as number] as Value)
  return out
}

function readList(from: ByteReader, kind: number, n: number): Values {
  switch (kind) {
    case Kind.number:
      return unboxed(readNumbers(from, n, passingNumbers))
    case Kind.boolean:
      return Array.from(readIntegers(from, n, 2), Boolean)
    case Kind.text:
      return readTexts(from, n)
    case Kind.bigint:
      return readTexts(from, n).map((text) => {
        if (!/^-?\d+$/.test(text)) throw from.corrupt('a bigint is not in decimal')
        return BigInt(text)
      })
    default:
      throw from.corrupt(`kind ${kind} of values is unknown`)
  }
}

const unboxed = (numbers: Float64Array): Values => intsOf(numbers, 0, numbers.length) ?? Array.from(numbers)

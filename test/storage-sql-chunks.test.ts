import { expect, it } from 'vitest'
import { bodyBytes, chunks } from '../src/storage/sql/chunks.ts'

const sizes = (bytes: readonly number[]): number[][] => {
  const rows = bytes.map((length) => ({ body: new Uint8Array(length) }))
  return Array.from(chunks(rows, bodyBytes), (part) => part.map(bodyBytes))
}

it('an INSERT takes two mebibytes of bodies at most, or one row', () => {
  const MIB = 2 ** 20
  expect(sizes([MIB, MIB, 1, 3 * MIB, 1, MIB])).toEqual([[MIB, MIB], [1], [3 * MIB], [1, MIB]])
})

it('an INSERT takes a thousand rows at most', () => {
  const rows = Array.from({ length: 2001 }, (_, i) => i)
  expect(Array.from(chunks(rows), (part) => part.length)).toEqual([1000, 1000, 1])
  expect(Array.from(chunks(rows)).flat()).toEqual(rows)
  expect(Array.from(chunks([]))).toEqual([])
})

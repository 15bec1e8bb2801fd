import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TX_BASE } from '../src/datom/ids.ts'
import { stringValue } from '../src/datom/read-value.ts'
import type { Value } from '../src/datom/value.ts'
import { INDEXES } from '../src/db/index-order.ts'
import { type Rows, RowsBuilder, sliceRows } from '../src/db/rows.ts'
import { type Cut, cutRows } from '../src/db/segment/cut-rows.ts'
import { decodeSegment } from '../src/db/segment/decode-segment.ts'
import { randomFrom, randomRows } from './support/random-rows.ts'
import { runs } from './support/seeds.ts'

const KIB = 1024

/** Whether the values are held unboxed or not. */
const plain = (rows: Rows) => ({ ...rows, v: Array.from(rows.v) })

/** Checks that the cuts cover `rows` and hold what they say; returns their sizes in bytes. */
function sizesOf(cuts: readonly Cut[], rows: Rows): number[] {
  let at = 0
  const sizes = cuts.map(({ lo, hi, bytes }) => {
    expect(lo).toBe(at)
    expect(hi).toBeGreaterThan(lo)
    at = hi
    expect(plain(decodeSegment(bytes, 'a cut').rows)).toEqual(plain(sliceRows(rows, lo, hi)))
    return bytes.length
  })
  expect(at).toBe(rows.length)
  return sizes
}

function rowsOf(n: number, value: (i: number) => Value): Rows {
  const random = randomFrom(5)
  const out = new RowsBuilder(false)
  for (let i = 0; i < n; i++) out.push(i, 1 + (i % 3), value(i), TX_BASE + Math.floor(random() * 100_000))
  return out.done()
}
const random = randomFrom(4)
const noise = (n: number): string => Array.from({ length: n }, () => Math.floor(random() * 36).toString(36)).join('')

describe('rows cut into segments', () => {
  it('are of 16 to 48 KiB each, the last one may be smaller', () => {
    for (const width of [4, 30, 300, 2000]) {
      for (const n of [50, 900, 7000]) {
        const rows = rowsOf(Math.ceil((n * 30) / width), () => stringValue(noise(width)))
        const sizes = sizesOf(cutRows('eavt', rows), rows)
        for (const size of sizes) expect(size).toBeLessThanOrEqual(48 * KIB)
        for (const size of sizes.slice(0, -1)) expect(size).toBeGreaterThanOrEqual(16 * KIB)
      }
    }
  })

  it('are about as large as each other where rows are alike', () => {
    const rows = rowsOf(30_000, () => stringValue(noise(20)))
    const sizes = sizesOf(cutRows('eavt', rows), rows)
    expect(sizes.length).toBeGreaterThan(10)
    expect(Math.max(...sizes) / Math.min(...sizes)).toBeLessThan(1.25)
  })

  it('stay within bounds where wide rows follow narrow ones', () => {
    const rows = rowsOf(6000, (i) => (Math.floor(i / 700) % 2 === 0 ? i : stringValue(noise(500))))
    for (const size of sizesOf(cutRows('eavt', rows), rows)) expect(size).toBeLessThanOrEqual(48 * KIB)
  })

  it('give a large value a segment of its own, and the rows around it as few as without it', () => {
    const large = stringValue(noise(200_000))
    const cuts = cutRows(
      'eavt',
      rowsOf(50, (i) => (i === 20 || i === 40 || i === 41 ? large : i)),
    )
    const wanted = [0, 20, 21, 40, 41, 42, 50]
    expect(cuts.map(({ lo, hi }) => [lo, hi])).toEqual(wanted.slice(1).map((hi, i) => [wanted[i], hi]))
  })

  it('give a large value one segment where an attribute has it again and again', () => {
    const large = stringValue(noise(200_000))
    const out = new RowsBuilder(false)
    for (let e = 1; e < 5; e++) out.push(e, 1, large, TX_BASE)
    const rows = out.done()
    const sizes = sizesOf(cutRows('avet', rows), rows)
    expect(sizes).toHaveLength(1)
    expect(sizes[0]).toBeLessThan(200_000)
  })

  it('are bounded in number, evenly', () => {
    const rows = rowsOf(20_000, () => 7)
    expect(sizesOf(cutRows('eavt', rows), rows).length).toBe(3)
    const tiny = cutRows('eavt', sliceRows(rows, 0, 100), 7)
    sizesOf(tiny, sliceRows(rows, 0, 100))
    expect(sizesOf(cutRows('eavt', rows, Infinity), rows).length).toBe(2)
    const counts = tiny.map(({ lo, hi }) => hi - lo)
    expect(Math.max(...counts)).toBe(7)
    expect(Math.min(...counts)).toBe(6)
  })

  it('no rows, no segments', () =>
    expect(
      cutRows(
        'eavt',
        rowsOf(0, () => 7),
      ),
    ).toEqual([]))

  it.each(INDEXES)('of any kind come back from %s', (index) => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 60 }), (seed, n, maxRows) => {
        const rows = randomRows(seed, n, index, seed % 2 === 0)
        const cuts = cutRows(index, rows, maxRows)
        sizesOf(cuts, rows)
        for (const { lo, hi } of cuts) expect(hi - lo).toBeLessThanOrEqual(maxRows)
      }),
      runs(20),
    )
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32 } from '../src/base/crc32.ts'
import { isAnnalsError } from '../src/base/errors.ts'
import { ID_END, TX_BASE } from '../src/datom/ids.ts'
import { stringValue } from '../src/datom/read-value.ts'
import type { Value } from '../src/datom/value.ts'
import { INDEXES } from '../src/db/index-order.ts'
import { type Rows, RowsBuilder, sliceRows } from '../src/db/rows.ts'
import { decodeSegment } from '../src/db/segment/decode-segment.ts'
import { encodeSegment } from '../src/db/segment/encode-segment.ts'
import { At, MAX_ROWS, ORDERS } from '../src/db/segment/layout.ts'
import { randomFrom, randomRows } from './support/random-rows.ts'
import { runs } from './support/seeds.ts'

const seed = fc.integer({ min: 0, max: 2 ** 31 - 1 })

/** Rows as a plain text, in which values of different types differ. */
const spelt = (rows: Rows): string[] =>
  Array.from({ length: rows.length }, (_, i) => {
    const v = rows.v[i] as Value
    return [rows.e[i], rows.a[i], typeof v, JSON.stringify(String(v)), rows.tx[i], rows.to?.[i]].join(' ')
  })

function expectSame(found: Rows, wanted: Rows): void {
  expect(found.length).toBe(wanted.length)
  expect(spelt(found)).toEqual(spelt(wanted))
  expect(found.v.length).toBe(wanted.length)
  for (const column of [found.e, found.a, found.tx, found.to ?? found.tx]) {
    expect(column).toBeInstanceOf(Int32Array)
    expect(column.length).toBe(wanted.length)
  }
  expect(found.to === undefined).toBe(wanted.to === undefined)
}

const rowsOf = (values: readonly Value[]): Rows => {
  const out = new RowsBuilder(false)
  values.forEach((v, i) => {
    out.push(i, 1, v, TX_BASE)
  })
  return out.done()
}
const throughBytes = (rows: Rows): Rows => decodeSegment(encodeSegment('aevt', rows), 'segment 1').rows

describe.each(ORDERS)('a segment of %s', (order) => {
  it.each(INDEXES.some((index) => index === order) ? [false, true] : [true])(
    'comes back as it went in (past: %s)',
    (past) => {
      fc.assert(
        fc.property(seed, fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 3000 })), (s, n) => {
          const rows = randomRows(s, n, order, past)
          const bytes = encodeSegment(order, rows)
          expect(bytes.buffer.byteLength).toBe(bytes.length)
          const found = decodeSegment(bytes, 'segment 1')
          expect(found.order).toBe(order)
          expectSame(found.rows, rows)
        }),
        runs(25),
      )
    },
  )
})

describe('values', () => {
  const cases: Record<string, readonly Value[]> = {
    'the greatest and the least integers side by side': [2 ** 53 - 1, -(2 ** 53) + 1, 0, 2 ** 52, -(2 ** 52)],
    'integers so far apart that their distance is 54 bits': [-(2 ** 52), 2 ** 52, -(2 ** 52) + 1],
    'steps of more than 32 bits': Array.from({ length: 300 }, (_, i) => i * 2 ** 40 + (i % 3) * 2 ** 33),
    infinities: [-Infinity, 1, 2, Infinity],
    prices: Array.from({ length: 300 }, (_, i) => Math.round(i * 137.7) / 100),
    'fractions that no decimal spells': [0.1 + 0.2, 1 / 3, 5e-324],
    bigints: [-(10n ** 400n), -1n, 0n, 1n, 10n ** 400n],
    booleans: [false, false, true],
    'the empty string': [''],
    'many empty strings': ['', '', ''],
    'a long string twice': [`${'é'.repeat(70_000)}1`, 'x', `${'é'.repeat(70_000)}1`],
    'a long beginning in common': ['p'.repeat(1000), `${'p'.repeat(1000)}1`, `${'p'.repeat(999)}2`],
    'halves of surrogate pairs': ['a\ud83d', 'a\ud83d\ude00', 'a\ude00', '\ude00'],
    'a byte order mark first': ['\ufeffa', '\ufeffb'],
    'equal lengths, nothing else in common': ['ab', 'cd', 'ef'],
    'digits with zeros before them': ['N-007', 'N-000', 'N-999'],
    'digits, too many for a number': ['N-0000000000000001', 'N-9999999999999999', 'N-1234567890123456'],
    'one value of each type': [true, 1, 1.5, 1n, 'a'],
  }
  it.each(Object.keys(cases))('%s', (name) => {
    const rows = rowsOf(cases[name] as readonly Value[])
    expectSame(throughBytes(rows), rows)
  })

  it('no zero is negative', () => {
    for (const other of [2.5, Math.PI]) {
      expect(Array.from(throughBytes(rowsOf([1, other, -0])).v, (v) => Object.is(v, -0))).toEqual([false, false, false])
    }
  })

  it('no rows at all', () => expectSame(throughBytes(rowsOf([])), rowsOf([])))

  it('a large value that occurs again takes its space once', () => {
    const large = stringValue(Array.from({ length: 500 }, (_, i) => `${i * i}`).join())
    const once = encodeSegment('aevt', rowsOf([large, 'b'])).length
    expect(encodeSegment('aevt', rowsOf([large, 'b', large, 'c', large])).length).toBeLessThan(once + 40)
  })

  it('more rows than a segment may have are refused', () => {
    const ids = new Int32Array(MAX_ROWS + 1)
    const rows = { length: ids.length, e: ids, a: ids, tx: ids, v: Array.from(ids), to: undefined }
    expect(() => encodeSegment('eavt', rows)).toThrow(/16385 rows/)
    expectSame(throughBytes(sliceRows(rows, 0, MAX_ROWS)), sliceRows(rows, 0, MAX_ROWS))
  })
})

describe('bytes per row', () => {
  const n = 4000
  const random = randomFrom(1)
  const bytesPerRow = (value: (i: number) => Value): number =>
    encodeSegment('aevt', rowsOf(Array.from({ length: n }, (_, i) => value(i)))).length / n
  const uuid = (): Value =>
    `\u0005${'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => Math.floor(random() * 16).toString(16))}`
  it.each<[string, number, (i: number) => Value]>([
    ['the same value everywhere', 0.1, () => 7],
    ['one of four names', 0.35, () => ['Ivan', 'Petr', 'Oleg', 'Denis'][Math.floor(random() * 4)] as string],
    ['numbers below 1000', 1.4, () => Math.floor(random() * 1000)],
    ['refs to three entities far apart', 0.4, () => [12, 70_000, 200_000_000][Math.floor(random() * 3)] as number],
    ['prices', 2.3, () => Math.floor(random() * 100_000) / 100],
    ['fractions', 8.2, () => random()],
    ['numbered names', 1.8, (i) => `SKU-${i}`],
    ['uuids', 16, uuid],
    ['instants a second apart', 0.2, (i) => `\u000210001700${String(i).padStart(6, '0')}000`],
    ['booleans', 0.25, () => random() < 0.5],
  ])('%s', (_, most, value) => expect(bytesPerRow(value)).toBeLessThan(most))
})

describe('what is not a segment', () => {
  /** `storage/corrupt` that names the segment, or the bytes of another version. */
  const outcome = (bytes: Uint8Array): string => {
    try {
      const { rows } = decodeSegment(bytes, 'segment 17')
      expectValid(rows)
      return 'rows'
    } catch (error) {
      if (!isAnnalsError(error)) throw error
      expect(error.message).toContain('segment 17')
      return error.code
    }
  }
  function expectValid(rows: Rows): void {
    const { length } = rows
    expect([rows.e, rows.a, rows.tx, rows.v, rows.to ?? rows.e].map((c) => c.length)).toEqual(Array(5).fill(length))
    for (const column of [rows.e, rows.a, rows.tx, rows.to ?? rows.e]) {
      for (const id of column) if (id < 0 || id >= ID_END) expect.fail(`${id} is no id`)
    }
    for (const v of rows.v) {
      const fine = typeof v === 'number' ? !Number.isNaN(v) && !Object.is(v, -0) : /^(b|s)/.test(typeof v)
      if (!fine) expect.fail(`${String(v)} is no value`)
    }
  }
  const sealed = (bytes: Uint8Array): Uint8Array => {
    if (bytes.length >= At.format) new DataView(bytes.buffer).setUint32(At.checksum, crc32(bytes, At.format), true)
    return bytes
  }
  /** Small segments that between them use every form of the layout. */
  const samples = Array.from({ length: 8 }, (_, i) => {
    const index = INDEXES[i % 4] as (typeof INDEXES)[number]
    return encodeSegment(index, randomRows(i, 5 + i, index, i % 2 === 1))
  }).concat(
    encodeSegment('aevt', rowsOf(['N-07', 'N-12', 'N-99'])),
    encodeSegment('aevt', rowsOf(['N-0a7', 'N-1c2', 'N-f99'])),
    encodeSegment('aevt', rowsOf(['same', 'same', 'other'])),
    encodeSegment('aevt', rowsOf([0.25, 1.5, 1e300, 7])),
    encodeSegment('aevt', rowsOf([1n, -5n, true, false])),
  )

  it('is told when it is cut short anywhere', () => {
    for (const bytes of samples) {
      for (let n = 0; n < bytes.length; n++) expect(outcome(bytes.slice(0, n))).toBe('storage/corrupt')
    }
  })

  it('is told when it is cut short and says so', () => {
    for (const bytes of samples) {
      for (let n = At.count + 4; n < bytes.length; n++) {
        const short = bytes.slice(0, n)
        new DataView(short.buffer).setUint32(At.length, n, true)
        expect(outcome(sealed(short))).toBe('storage/corrupt')
      }
    }
  })

  it('is told when any one byte is another', () => {
    for (const bytes of samples) {
      for (let at = 0; at < bytes.length; at++) {
        for (const flip of [1, 0x80, 0xff]) {
          const other = bytes.slice()
          other[at] = (other[at] as number) ^ flip
          expect(outcome(other)).toBe('storage/corrupt')
        }
      }
    }
  })

  it('is either told or read as rows when its checksum agrees with its wrong bytes', () => {
    const seen = new Set<string>()
    for (const bytes of samples) {
      for (let at = 0; at < bytes.length; at++) {
        for (const flip of [1, 2, 0x10, 0x40, 0x80, 0xff]) {
          const other = bytes.slice()
          other[at] = (other[at] as number) ^ flip
          seen.add(outcome(sealed(other)))
        }
      }
    }
    expect([...seen].sort()).toEqual(['rows', 'storage/corrupt', 'storage/newer-format'])
  })

  it('is told, or read as rows, when several bytes are wrong', () => {
    fc.assert(
      fc.property(seed, (s) => {
        const random = randomFrom(s)
        const below = (n: number): number => Math.floor(random() * n)
        const other = (samples[below(samples.length)] as Uint8Array).slice()
        for (let n = 1 + below(4); n > 0; n--) other[At.count + below(other.length - At.count)] = below(256)
        outcome(sealed(other))
      }),
      runs(3000),
    )
  })

  it('is told when it claims more rows than its bytes can hold, before room is made for them', () => {
    for (const [count, message] of [
      [MAX_ROWS, /\d+ numbers in \d+ bytes/],
      [MAX_ROWS + 1, /16385 rows, at most 16384/],
      [2 ** 32 - 1, /4294967295 rows/],
    ] as const) {
      const other = encodeSegment('aevt', rowsOf([1, 2, 3]))
      new DataView(other.buffer).setUint32(At.count, count, true)
      expect(() => decodeSegment(sealed(other), 'segment 17')).toThrow(message)
    }
  })

  it('is told when it is noise, with the header of a segment or without', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (noise, withHeader) => {
        if (!withHeader) {
          expect(outcome(noise)).toBe('storage/corrupt')
          return
        }
        const bytes = new Uint8Array(20 + noise.length + 3)
        bytes.set((samples[0] as Uint8Array).subarray(0, 20))
        bytes.set(noise, 20)
        new DataView(bytes.buffer).setUint32(At.length, bytes.length, true)
        outcome(sealed(bytes))
      }),
      runs(2000),
    )
  })

  it('is of a newer format when it is whole and says so', () => {
    for (const at of [At.format, At.codec]) {
      const other = (samples[0] as Uint8Array).slice()
      other[at] = 2
      expect(outcome(sealed(other))).toBe('storage/newer-format')
    }
  })
})

it('shares a column that says one number throughout with every segment that says the same', () => {
  const decoded = (values: readonly Value[]): Rows =>
    decodeSegment(encodeSegment('aevt', rowsOf(values)), 'segment 1').rows
  const long = decoded(Array.from({ length: 500 }, (_, i) => i))
  for (let n = 1; n < 500; n += 50) {
    const { tx, a, e, length } = decoded(Array.from({ length: n }, (_, i) => i))
    expect(tx.buffer).toBe(long.tx.buffer)
    expect([length, tx.length, a.length]).toEqual([n, n, n])
    expect(new Set([...tx, ...a])).toEqual(new Set([TX_BASE, 1]))
    expect([...e]).toEqual(Array.from({ length: n }, (_, i) => i))
  }
})

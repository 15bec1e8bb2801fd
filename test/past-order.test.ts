import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ID_END, txOfT } from '../src/datom/ids.ts'
import type { Value } from '../src/datom/value.ts'
import { INDEXES, type Index } from '../src/db/index-order.ts'
import { blockOf, blocksAt, comparePastPlace, comparePastRows, levelOf, type PastPlace } from '../src/db/past-order.ts'
import { type Rows, RowsBuilder } from '../src/db/rows.ts'
import { runs } from './support/seeds.ts'

const id = fc.oneof(fc.integer({ min: 0, max: 70 }).map(txOfT), fc.integer({ min: 0, max: ID_END - 1 }))
const interval = fc
  .tuple(id, id)
  .filter(([x, y]) => x !== y)
  .map(([x, y]) => ({ from: Math.min(x, y), to: Math.max(x, y) }))

describe('the block of an interval', () => {
  it.each([
    [0, 1, 0, 0],
    [5, 6, 0, 5],
    [3, 5, 4, 0],
    [4, 6, 2, 1],
    [0, 4, 2, 0],
    [0, 5, 4, 0],
    [15, 17, 6, 0],
    [2 ** 29 - 1, 2 ** 29 + 1, 30, 0],
  ])('[%i, %i) belongs to level %i, number %i', (from, to, level, number) => {
    expect(blockOf(from, to)).toEqual({ level, number })
  })

  it('is the least that holds all its moments', () => {
    fc.assert(
      fc.property(interval, ({ from, to }) => {
        const { level, number } = blockOf(from, to)
        expect(level % 2).toBe(0)
        expect(number).toBe(Math.floor((to - 1) / 2 ** level))
        expect(number).toBe(Math.floor(from / 2 ** level))
        const less = 2 ** (level - 2)
        if (level > 0) expect(Math.floor(from / less)).not.toBe(Math.floor((to - 1) / less))
      }),
      runs(1000),
    )
  })

  it('is among the blocks of each of its moments', () => {
    fc.assert(
      fc.property(interval, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), ({ from, to }, part) => {
        const moment = from + Math.floor((to - from) * part)
        expect(blocksAt(moment)).toContainEqual(blockOf(from, to))
      }),
      runs(1000),
    )
  })

  it('holds at most three intervals of one fact', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 4000 }), { minLength: 2, maxLength: 300 }), (times) => {
        times.sort((x, y) => x - y)
        const held = new Map<string, number>()
        for (let i = 1; i < times.length; i++) {
          const { level, number } = blockOf(times[i - 1] as number, times[i] as number)
          const key = `${level} ${number}`
          held.set(key, (held.get(key) ?? 0) + 1)
        }
        expect(Math.max(...held.values())).toBeLessThanOrEqual(3)
      }),
      runs(200),
    )
  })

  it('there are sixteen at a moment, the largest first', () => {
    const blocks = blocksAt(txOfT(1000))
    expect(blocks.map(({ level }) => level)).toEqual([30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0])
    expect(blocks.at(-1)?.number).toBe(txOfT(1000))
  })
})

const small = fc.integer({ min: 1, max: 4 })
const row = fc.record({
  e: small,
  a: small,
  v: fc.oneof(small, fc.constantFrom<Value>('a', 'b')),
  times: fc
    .uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 2, maxLength: 2 })
    .map((pair): readonly number[] => pair.sort((x, y) => x - y).map(txOfT)),
})
type Row = typeof row extends fc.Arbitrary<infer T> ? T : never

function rowsOf(list: readonly Row[]): Rows {
  const out = new RowsBuilder(true)
  for (const { e, a, v, times } of list) out.push(e, a, v, times[0] as number, times[1])
  return out.done()
}
/** Of each fact and beginning one row: the past holds no two. */
const arbRows = fc
  .uniqueArray(row, { selector: ({ e, a, v, times }) => `${e} ${a} ${typeof v} ${v} ${times[0]}`, maxLength: 60 })
  .map(rowsOf)
const blockAt = (rows: Rows, i: number) => blockOf(rows.tx[i] as number, (rows.to as Int32Array)[i] as number)

function sorted(index: Index, rows: Rows): number[] {
  const compare = comparePastRows[index]
  return Array.from({ length: rows.length }, (_, i) => i).sort((i, j) => compare(rows, i, rows, j))
}

describe.each(INDEXES)('the order of the past in %s', (index) => {
  const compare = comparePastRows[index]

  it('is total', () => {
    fc.assert(
      fc.property(arbRows, (rows) => {
        const order = sorted(index, rows)
        for (let i = 0; i < order.length; i++) {
          for (let j = 0; j < order.length; j++) {
            const c = compare(rows, order[i] as number, rows, order[j] as number)
            expect(Math.sign(c)).toBe(Math.sign(i - j))
          }
        }
      }),
      runs(60),
    )
  })

  /** Every prefix that a reader may ask for, made of the components of a row. */
  const prefixes: Record<Index, readonly (readonly (keyof PastPlace)[])[]> = {
    eavt: [['e'], ['e', 'a'], ['e', 'a', 'v'], ['e', 'a', 'v', 'tx']],
    aevt: [['a'], ['a', 'block'], ['a', 'block', 'e'], ['a', 'block', 'e', 'v'], ['a', 'block', 'e', 'v', 'tx']],
    avet: [['a'], ['a', 'block'], ['a', 'block', 'v'], ['a', 'block', 'v', 'e'], ['a', 'block', 'v', 'e', 'tx']],
    vaet: [['v'], ['v', 'a'], ['v', 'a', 'block'], ['v', 'a', 'block', 'e'], ['v', 'a', 'block', 'e', 'tx']],
  }

  it('puts what agrees with a place together, after what is less and before what is more', () => {
    fc.assert(
      fc.property(arbRows, arbRows, (rows, others) => {
        const order = sorted(index, rows)
        for (let j = 0; j < others.length; j++) {
          const whole: PastPlace = {
            e: others.e[j],
            a: others.a[j],
            v: others.v[j],
            tx: others.tx[j],
            block: blockAt(others, j),
          }
          for (const prefix of prefixes[index]) {
            const place: PastPlace = Object.fromEntries(prefix.map((part) => [part, whole[part]]))
            const signs = order.map((i) => Math.sign(comparePastPlace[index](rows, i, place)))
            expect(signs).toEqual([...signs].sort((x, y) => x - y))
            order.forEach((i, k) => {
              const agrees = prefix.every((part) =>
                part === 'block'
                  ? JSON.stringify(blockAt(rows, i)) === JSON.stringify(whole.block)
                  : rows[part][i] === whole[part],
              )
              expect(signs[k] === 0).toBe(agrees)
            })
          }
        }
      }),
      runs(40),
    )
  })
})

it('levels of neighbours that differ in one moment', () =>
  expect([1, 2, 3, 4, 5].map((to) => levelOf(0, to))).toEqual([0, 2, 2, 2, 4]))

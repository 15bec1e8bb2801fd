import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ID_END } from '../src/datom/ids.ts'
import { blockOf, blocksAt, levelOf } from '../src/db/time-block.ts'
import { runs } from './support/seeds.ts'

const ALL = 2 ** 16 - 1
const moment = fc.oneof(fc.nat(300), fc.integer({ min: 2 ** 29, max: 2 ** 29 + 5000 }), fc.nat(ID_END - 1))
const interval = fc
  .tuple(moment, fc.oneof(fc.integer({ min: 1, max: 70 }), fc.nat(ID_END)))
  .map(([from, length]) => [from, Math.min(from + Math.max(length, 1), ID_END)] as const)

describe('a block of time', () => {
  it('holds every moment of its intervals, and none smaller does', () => {
    fc.assert(
      fc.property(interval, moment, ([from, to], other) => {
        const block = blockOf(from, to)
        const last = to - 1
        expect(blocksAt(ALL, from)).toContain(block)
        expect(blocksAt(ALL, last)).toContain(block)
        const below = (tx: number): number | undefined => blocksAt(2 ** levelOf(from, to) - 1, tx)[0]
        if (from < last) expect(below(from)).not.toBe(below(last))
        else expect(below(from)).toBeUndefined()
        if (from <= other && other < to) expect(blocksAt(ALL, other)).toContain(block)
      }),
      runs(2000),
    )
  })

  it('has a number of its own: larger blocks before smaller, earlier before later', () => {
    fc.assert(
      fc.property(interval, interval, (x, y) => {
        const order = levelOf(...y) - levelOf(...x) || x[0] - y[0]
        const found = blockOf(...x) - blockOf(...y)
        if (found !== 0) expect(Math.sign(found)).toBe(Math.sign(order))
        else expect(levelOf(...x)).toBe(levelOf(...y))
      }),
      runs(2000),
    )
  })

  it('is found among the levels that are asked for, one a level', () => {
    expect(blocksAt(0, 5)).toEqual([])
    expect(blocksAt(ALL, 0)).toHaveLength(16)
    expect(blocksAt((2 ** 15) | 1, 2 ** 29)[0]).toBe(0)
    expect(new Set(blocksAt(ALL, ID_END - 1)).size).toBe(16)
  })
})

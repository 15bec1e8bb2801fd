import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Value } from '../src/datom/value.ts'
import { type Rows, RowsBuilder } from '../src/db/rows.ts'
import { changeTree, emptyTree } from '../src/db/tree.ts'
import { visitLeaves } from '../src/db/tree-read.ts'
import { intsOf, joinValues, type Values } from '../src/db/values.ts'
import { runs } from './support/seeds.ts'

const small = fc.integer()
const other: fc.Arbitrary<Value> = fc.constantFrom<Value>('text', 0.5, 2 ** 31, -(2 ** 31) - 1, 7n, true)
const run: fc.Arbitrary<Values> = fc.oneof(
  fc.array(small).map((list) => Int32Array.from(list)),
  fc.array(small),
  fc.array(fc.oneof(small, other)),
)

describe('a column of values', () => {
  it('is unboxed only where all are small integers', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 9, arbitrary: small }, other), { minLength: 1 }), (list) => {
        const ints = intsOf(list, 0, list.length)
        const areSmall = list.every((v) => typeof v === 'number' && Object.is(v | 0, v))
        expect(ints && [...ints]).toEqual(areSmall ? list : undefined)
      }),
      runs(300),
    )
  })

  it('is joined from runs of any kind, unboxed where one of them is and all could be', () => {
    fc.assert(
      fc.property(fc.array(run), (parts) => {
        const all = parts.flatMap((part): Value[] => [...part])
        const joined = joinValues(parts, all.length)
        expect([...joined]).toEqual(all)
        if (joined instanceof Int32Array) expect(parts.some((part) => part instanceof Int32Array)).toBe(true)
      }),
      runs(300),
    )
    const [a, b] = [Int32Array.of(1, 2), [3, 4]]
    expect(joinValues([a, b], 4)).toEqual(Int32Array.of(1, 2, 3, 4))
    expect(joinValues([b, b], 4)).toEqual([3, 4, 3, 4])
  })
})

describe('a tree of many rows', () => {
  const N = 1000
  const rowsOf = (saidOf: (e: number) => Value): Rows => {
    const rows = new RowsBuilder(false)
    for (let e = 0; e < N; e++) rows.push(e, 5, saidOf(e), 9)
    return rows.done()
  }
  const one = (e: number, v: Value): Rows => {
    const rows = new RowsBuilder(false)
    rows.push(e, 5, v, 10)
    return rows.done()
  }
  const none = new RowsBuilder(false).done()

  it('holds integers unboxed, and what is the same in all of them once', () => {
    const tree = changeTree(
      emptyTree('aevt'),
      none,
      rowsOf((e) => e * 3),
    )
    const leaves: Rows[] = []
    visitLeaves(tree, 0, N, (rows) => leaves.push(rows))
    expect(leaves.length).toBeGreaterThan(2)
    expect(leaves.every(({ v }) => v instanceof Int32Array)).toBe(true)
    expect(new Set(leaves.flatMap(({ a, tx }) => [a.buffer, tx.buffer])).size).toBe(2)
  })

  it('takes in what is no integer, and leaves the tree before as it was', () => {
    const before = changeTree(
      emptyTree('aevt'),
      none,
      rowsOf((e) => e),
    )
    const after = changeTree(before, none, one(500, 'text'))
    const said = (tree: typeof before): Value[] => {
      const out: Value[] = []
      visitLeaves(tree, 0, tree.count, ({ v }, start, end) => out.push(...Array.from(v).slice(start, end)))
      return out
    }
    const all = Array.from({ length: N }, (_, e): Value => e)
    expect(said(before)).toEqual(all)
    expect(said(after)).toEqual(all.toSpliced(501, 0, 'text'))
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringValue } from '../src/datom/read-value.ts'
import type { Value } from '../src/datom/value.ts'
import { comparePlace, compareRows, INDEXES, type Index, type Place } from '../src/db/index-order.ts'
import { type Rows, RowsBuilder } from '../src/db/rows.ts'
import { sortRows } from '../src/db/sort-rows.ts'
import { type Branch, changeTree, emptyTree, type Node, type Tree } from '../src/db/tree.ts'
import { rank, ranks, visitLeaves } from '../src/db/tree-read.ts'
import { runs } from './support/seeds.ts'

type Row = readonly [e: number, a: number, v: Value, tx: number]

function rowsOf(list: readonly Row[]): Rows {
  const out = new RowsBuilder(false)
  for (const [e, a, v, tx] of list) out.push(e, a, v, tx)
  return out.done()
}
function listOf(tree: Tree): Row[] {
  const out: Row[] = []
  visitLeaves(tree, 0, tree.root?.count ?? 0, (r, start, end) => {
    for (let i = start; i < end; i++) out.push([r.e[i] as number, r.a[i] as number, r.v[i] as Value, r.tx[i] as number])
  })
  return out
}
const order = (index: Index) => (x: Row, y: Row) => compareRows[index](rowsOf([x]), 0, rowsOf([y]), 0)
function leafSizes(node: Node | undefined): number[] {
  if (node === undefined) return []
  return node.level === 0 ? [node.count] : (node as Branch).children.flatMap(leafSizes)
}

const ref = fc.integer({ min: 1, max: 60 })
const row = (index: Index): fc.Arbitrary<Row> =>
  fc.tuple(
    ref,
    fc.integer({ min: 1, max: 4 }),
    index === 'vaet'
      ? ref
      : fc.oneof(
          ref,
          fc.string({ maxLength: 3 }).map((s) => stringValue(s.toWellFormed())),
        ),
    fc.constant(7),
  )

describe.each(INDEXES)('a tree in the order %s', (index) => {
  it('holds what a sorted list holds, through additions and removals', () => {
    const step = fc.record({ add: fc.array(row(index), { maxLength: 900 }), remove: fc.nat(100) })
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 6 }),
        fc.array(row(index), { minLength: 2, maxLength: 8 }),
        (steps, probes) => {
          let tree = emptyTree(index)
          let model: Row[] = []
          const key = (r: Row): string => `${r[0]} ${r[1]} ${typeof r[2]} ${String(r[2])}`
          for (const { add, remove } of steps) {
            const had = new Set(model.map(key))
            const gone = model.filter((_, i) => i % 101 < remove)
            const news = [...new Map(add.map((r) => [key(r), r])).values()].filter((r) => !had.has(key(r)))
            const before = listOf(tree)
            const next = changeTree(tree, sortRows(index, rowsOf(gone)), sortRows(index, rowsOf(news)))
            expect(listOf(tree)).toEqual(before) // the old value is untouched
            tree = next
            model = [...model.filter((r) => !gone.includes(r)), ...news].sort(order(index))
            expect(listOf(tree)).toEqual(model)
            expect(tree.root?.count ?? 0).toBe(model.length)
            expect(Math.max(0, ...leafSizes(tree.root))).toBeLessThanOrEqual(512)
          }
          const rows = rowsOf(model)
          for (const [e, a, v, tx] of probes) {
            const whole = { e, a, v, tx }
            const prefixes: Record<Index, Place[]> = {
              eavt: [{ e }, { e, a }, { e, a, v }, whole],
              aevt: [{ a }, { a, e }, { a, e, v }, whole],
              avet: [{ a }, { a, v }, { a, v, e }, whole],
              vaet: [{ v }, { v, a }, { v, a, e }, whole],
            }
            for (const place of prefixes[index]) {
              const signs = model.map((_, i) => Math.sign(comparePlace[index](rows, i, place)))
              expect(rank(tree, place, false)).toBe(signs.filter((s) => s < 0).length)
              expect(rank(tree, place, true)).toBe(signs.filter((s) => s <= 0).length)
              expect(ranks(tree, place, place)).toEqual({ lo: rank(tree, place, false), hi: rank(tree, place, true) })
              for (const to of probes.map(
                ([te, ta]): Place => (index === 'eavt' ? { e: te } : index === 'vaet' ? { v: te } : { a: ta }),
              )) {
                const { lo, hi } = ranks(tree, place, to)
                expect(lo).toBe(rank(tree, place, false))
                expect(hi).toBe(Math.max(lo, rank(tree, to, true)))
              }
            }
          }
        },
      ),
      runs(40),
    )
  })
})

describe('a tree', () => {
  it('shares what a small change does not touch', () => {
    const many = Array.from({ length: 50_000 }, (_, i): Row => [i, 1, i, 7])
    const tree = changeTree(emptyTree('eavt'), rowsOf([]), rowsOf(many))
    const next = changeTree(tree, rowsOf([]), rowsOf([[25_000, 2, 1, 8]]))
    const leaves = (n: Node | undefined): Node[] =>
      n === undefined ? [] : n.level === 0 ? [n] : (n as Branch).children.flatMap(leaves)
    const old = new Set(leaves(tree.root))
    expect(leaves(next.root).filter((l) => !old.has(l)).length).toBeLessThanOrEqual(2)
  })

  it('refuses to remove what is not there', () => {
    const tree = changeTree(emptyTree('eavt'), rowsOf([]), rowsOf([[1, 1, 1, 7]]))
    expect(() => changeTree(tree, rowsOf([[2, 1, 1, 7]]), rowsOf([]))).toThrow(
      expect.objectContaining({ code: 'internal/assertion' }),
    )
  })
})

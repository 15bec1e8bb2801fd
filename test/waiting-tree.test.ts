import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TX_BASE } from '../src/datom/ids.ts'
import type { Attribute, Schema } from '../src/datom/schema.ts'
import { INDEXES } from '../src/db/index-order.ts'
import { OrderedRows } from '../src/db/ordered-rows.ts'
import { NO_ROWS, type Rows, RowsBuilder } from '../src/db/rows.ts'
import { sortRows } from '../src/db/sort-rows.ts'
import { changeTree, emptyTree, type Tree } from '../src/db/tree.ts'
import { allRows, visitLeaves } from '../src/db/tree-read.ts'
import { WaitingTree } from '../src/db/waiting-tree.ts'
import { runs } from './support/seeds.ts'

/** 1: text, unique; 2: ref; 3: long; 4: ref, indexed. */
const attribute = (id: number, facts: Partial<Attribute>): [number, Attribute] => [
  id,
  { id, type: 'long', unique: undefined, index: false, ...facts } as Attribute,
]
const schemaOf = (): Schema =>
  ({
    attributes: new Map([
      attribute(1, { type: 'string', unique: 'identity' }),
      attribute(2, { type: 'ref' }),
      attribute(3, {}),
      attribute(4, { type: 'ref', index: true }),
    ]),
  }) as unknown as Schema
const INDEXED = [1, 4]
const REFS = [2, 4]

/** What one transaction adds: some entities, in any order, and a fact of its own. */
function txRows(t: number, entities: readonly number[]): Rows {
  const out = new RowsBuilder(false)
  const tx = TX_BASE + t
  for (const e of entities) {
    out.push(e, 1, `text ${(e * 7919) % 1000}/${t}`, tx)
    for (const a of [2, 3, 4]) out.push(e, a, (e * t) % 50, tx)
  }
  out.push(tx, 3, t, tx)
  return out.done()
}

const facts = (rows: Rows): unknown[] => Array.from(rows.e, (e, i) => [e, rows.a[i], rows.v[i], rows.tx[i]])
function factsIn(tree: Tree): unknown[] {
  const out: unknown[] = []
  visitLeaves(tree, 0, tree.root?.count ?? 0, (rows, start, end) => out.push(...facts(rows).slice(start, end)))
  return out
}

it('holds what was added, whoever looks at it when', () => {
  const step = fc.record({
    entities: fc.uniqueArray(fc.integer({ min: 1000, max: 5000 }), { minLength: 1, maxLength: 200 }),
    isLookedAt: fc.boolean(),
    hasNewSchema: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 5 }), (steps) => {
      for (const index of INDEXES) {
        let schema = schemaOf()
        let waiting: Tree = emptyTree(index)
        let plain: Tree = emptyTree(index)
        for (const [i, { entities, isLookedAt, hasNewSchema }] of steps.entries()) {
          if (hasNewSchema) schema = schemaOf()
          const rows = txRows(i + 1, entities)
          const held = (facts(rows) as [number, number, number | string, number][]).filter(
            ([, a]) => (index !== 'avet' || INDEXED.includes(a)) && (index !== 'vaet' || REFS.includes(a)),
          )
          const kept = new RowsBuilder(false)
          for (const row of held) kept.push(...row)
          plain = changeTree(plain, NO_ROWS, sortRows(index, kept.done()))
          waiting = new WaitingTree(index, waiting, new OrderedRows(schema, rows))
          if (isLookedAt) expect(factsIn(waiting)).toEqual(factsIn(plain))
          else expect(waiting.count).toBe(plain.count)
        }
        expect(facts(allRows(waiting))).toEqual(facts(allRows(plain)))
        expect(factsIn(waiting)).toEqual(factsIn(plain))
        expect(facts(allRows(waiting))).toEqual(facts(allRows(plain)))
        expect(waiting.count).toBe(plain.count)
      }
    }),
    runs(60),
  )
})

it('holds nothing of the trees before it, once it was looked at', () => {
  const waitingIn = (x: unknown): number =>
    x instanceof WaitingTree ? 1 + Math.max(...Object.values(x).map((part) => waitingIn(part))) : 0
  let tree: Tree = emptyTree('eavt')
  for (let t = 1; t <= 5; t++) {
    tree = new WaitingTree('eavt', tree, new OrderedRows(schemaOf(), txRows(t, [1000 + t])))
    expect(tree.root?.count).toBe(5 * t)
  }
  expect(waitingIn(tree)).toBe(1)
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Db } from '../src/db/db.ts'
import { pullMany } from '../src/query/pull/pull.ts'
import {
  type NaiveAttribute,
  type NaiveElement,
  type NaiveFact,
  type NaivePattern,
  NaivePull,
  wrap,
} from './pull/naive.ts'
import { type AttributeDef, asOf, type Fact, since, world } from './pull/world.ts'

const DEFS: Record<string, AttributeDef> = {
  'n/one': { type: 'long' },
  'r/one': { type: 'ref' },
  'f/filler': { type: 'long', many: true },
  'c/one': { type: 'ref', component: true },
  'n/many': { type: 'long', many: true },
  'r/many': { type: 'ref', many: true },
  'c/many': { type: 'ref', many: true, component: true },
}
const ATTRIBUTES: NaiveAttribute[] = Object.entries(DEFS).map(([name, d]) => ({
  name,
  many: d.many === true,
  ref: d.type === 'ref',
  component: d.component === true,
}))
const NAMES = Object.keys(DEFS).filter((name) => name !== 'f/filler')
const REFS = ATTRIBUTES.filter(({ ref }) => ref).flatMap(({ name }) => [name, name.replace('/', '/_')])
const functions = new Map([['wrap', wrap]])

/** Entities `gap` ids apart; what lies between decides how facts are best scanned. */
interface Layout {
  readonly gap: number
  /** Facts of other entities in each gap, and how many of the entities' own come between the attributes asked for. */
  readonly between: number
  readonly own: number
}
const LAYOUTS: readonly Layout[] = [
  { gap: 1, between: 0, own: 0 },
  { gap: 1, between: 0, own: 600 },
  { gap: 50, between: 40, own: 0 },
  { gap: 50, between: 300, own: 0 },
  { gap: 50, between: 300, own: 600 },
]
const ENTITIES = 7

interface Op {
  readonly e: number
  readonly a: string
  readonly v: number
}
const op: fc.Arbitrary<Op> = fc.record({
  e: fc.nat(ENTITIES - 1),
  a: fc.constantFrom(...NAMES),
  v: fc.nat(ENTITIES - 1),
})

/** Facts by transaction, and what holds after each. A value said again is retracted. */
function history(txs: readonly (readonly Op[])[], id: (i: number) => number): { said: Fact[][]; holds: NaiveFact[][] } {
  const holds: NaiveFact[][] = []
  let now: NaiveFact[] = []
  const said = txs.map((ops) => {
    const before = now
    for (const { e, a, v: n } of ops) {
      const v = DEFS[a]?.type === 'ref' ? id(n) : n
      const same = now.find((f) => f.e === id(e) && f.a === a && f.v === v)
      const old = DEFS[a]?.many ? same : now.find((f) => f.e === id(e) && f.a === a)
      now = now.filter((f) => f !== old)
      if (same === undefined) now = [...now, { e: id(e), a, v }]
    }
    holds.push(now)
    const lost = before.filter((f) => !has(now, f)).map(({ e, a, v }): Fact => [e, a, v, false])
    return [...lost, ...now.filter((f) => !has(before, f)).map(({ e, a, v }): Fact => [e, a, v])]
  })
  return { said, holds }
}
const has = (facts: readonly NaiveFact[], x: NaiveFact): boolean =>
  facts.some((f) => f.e === x.e && f.a === x.a && f.v === x.v)

function filler(layout: Layout, id: (i: number) => number): Fact[] {
  const out: Fact[] = []
  for (let i = 0; i < ENTITIES; i++) {
    for (let k = 0; k < layout.own; k++) out.push([id(i), 'f/filler', k])
    for (let k = 0; k < layout.between; k++) out.push([id(i) + 1 + (k % 5), k % 3 === 0 ? 'n/many' : 'f/filler', k])
  }
  return out
}

const options = fc.record(
  {
    as: fc.constantFrom('x', 'y', 'n/one'),
    limit: fc.constantFrom(1, 2, null),
    default: fc.constantFrom(0, false, 'none'),
    xform: fc.constant<'wrap'>('wrap'),
  },
  { requiredKeys: [] },
)
const { pattern } = fc.letrec<{ pattern: NaivePattern; element: NaiveElement; more: NaivePattern | number | '...' }>(
  (tie) => ({
    pattern: fc.array(tie('element'), { minLength: 1, maxLength: 4 }),
    element: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'pull' },
      fc.constantFrom('*', 'db/id', ...NAMES, ...REFS),
      fc.tuple(fc.constantFrom('db/id', ...NAMES, ...REFS), options),
      fc
        .tuple(fc.constantFrom(...REFS), options, tie('more'))
        .map(([name, o, pull]): NaiveElement => [name, { ...o, pull }]),
      fc.dictionary(fc.constantFrom(...REFS), tie('more'), { minKeys: 1, maxKeys: 2 }),
    ),
    more: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'pull' },
      fc.constantFrom<number | '...'>(1, 2, 3, '...'),
      tie('pattern'),
    ),
  }),
)

/** `[name, {}]` says no option at all, which is refused: written as the name alone. */
const written = (p: NaivePattern): NaivePattern =>
  p.map((x) => {
    if (typeof x === 'string') return x
    if (Array.isArray(x)) {
      const [name, o] = x as [string, { pull?: NaivePattern | number | '...' }]
      if (Object.keys(o).length === 0) return name
      return typeof o.pull === 'object' ? [name, { ...o, pull: written(o.pull) }] : [name, o]
    }
    return Object.fromEntries(Object.entries(x).map(([k, v]) => [k, typeof v === 'object' ? written(v) : v]))
  })

describe('pull against a naive pull', () => {
  for (const layout of LAYOUTS) {
    it(`random patterns and histories, ${JSON.stringify(layout)}`, async () => {
      const id = (i: number): number => 5000 + i * layout.gap
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(op, { maxLength: 12 }), { minLength: 1, maxLength: 3 }),
          fc.array(pattern.map(written), { minLength: 1, maxLength: 4 }),
          fc.array(fc.nat(ENTITIES + 1), { minLength: 1, maxLength: 8 }),
          async (txs, patterns, asked) => {
            const { said, holds } = history(txs, id)
            const extra = filler(layout, id)
            const db = await world(DEFS, extra, ...said)
            const fillers = extra.map(([e, a, v]): NaiveFact => ({ e, a, v: v as number }))
            const seen = (facts: readonly NaiveFact[]): NaiveFact[] => [
              ...fillers,
              ...facts.filter((f) => !has(fillers, f)),
            ]
            const views: [Db, NaiveFact[]][] = [[db, seen(holds.at(-1) ?? [])]]
            holds.forEach((facts, i) => void views.push([asOf(db, 3 + i), seen(facts)]))
            for (const [view, facts] of views) {
              const naive = new NaivePull(ATTRIBUTES, facts)
              for (const p of patterns) {
                const found = await pullMany(view, p, asked.map(id), { functions })
                expect(found).toStrictEqual(asked.map((i) => naive.top(p, id(i))))
              }
            }
          },
        ),
        { numRuns: layout.between + layout.own === 0 ? 150 : 25 },
      )
    })
  }

  it('shows what was said since', async () => {
    const said: Fact[][] = [
      [
        [5000, 'n/many', 1],
        [5000, 'r/one', 5001],
        [5001, 'n/one', 1],
      ],
      [
        [5000, 'n/many', 2],
        [5001, 'n/one', 1, false],
        [5001, 'n/one', 2],
      ],
    ]
    const db = since(await world(DEFS, ...said), 2)
    const env = { functions }
    expect(await pullMany(db, ['*', { 'r/one': ['*'] }], [5000, 5001], env)).toEqual([
      { 'db/id': 5000, 'n/many': [2] },
      { 'db/id': 5001, 'n/one': 2 },
    ])
  })
})

// @ts-expect-error DataScript brings no types
import datascript from 'datascript'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pullKnown } from '../src/query/pull/pull.ts'
import { type AttributeDef, type Fact, world } from './pull/world.ts'

/**
 * Where DataScript and annals mean the same: no circles (DataScript enters the first entity of one a second time, and
 * remembers the way into explicit sub-patterns), an id in every sub-pattern (it limits what is left, not what is there), no
 * xform (it is called for what is missing), defaults only where nothing is nested.
 */
const DEFS: Record<string, AttributeDef> = {
  'n/one': { type: 'long' },
  'n/many': { type: 'long', many: true },
  'r/one': { type: 'ref' },
  'r/many': { type: 'ref', many: true },
  'c/one': { type: 'ref', component: true },
  'c/many': { type: 'ref', many: true, component: true },
}
interface DataScript {
  empty_db(schema: object): object
  db_with(db: object, txData: readonly unknown[]): object
  pull_many(db: object, pattern: string, ids: readonly number[]): unknown[]
}
const d: DataScript = datascript

const NAMES = Object.keys(DEFS)
const REFS = NAMES.filter((name) => DEFS[name]?.type === 'ref')
const REVERSE = REFS.map((name) => name.replace('/', '/_'))
const ENTITIES = 9
const FIRST = 5000

type Element =
  | string
  | readonly [string, Record<string, unknown>]
  | { readonly [name: string]: Pattern | number | '...' }
type Pattern = readonly Element[]

const schema = Object.fromEntries(
  Object.entries(DEFS).map(([name, def]) => [
    name,
    {
      ...(def.type === 'ref' && { ':db/valueType': ':db.type/ref' }),
      ...(def.many && { ':db/cardinality': ':db.cardinality/many' }),
      ...(def.component && { ':db/isComponent': true }),
    },
  ]),
)

/** Whether DataScript allows a limit. */
const isMany = (name: string): boolean => {
  const def = DEFS[name.replace('/_', '/')]
  return def?.many === true && !(name.includes('/_') && def.component)
}

const expr = (names: readonly string[], nested: boolean): fc.Arbitrary<readonly [string, Record<string, unknown>]> =>
  fc.constantFrom(...names).chain((name) =>
    fc.tuple(
      fc.constant(name),
      fc.record(
        {
          as: fc.constant(`as ${name}`),
          ...(isMany(name) && { limit: fc.constantFrom(1, 2, null) }),
          ...(!nested && { default: fc.constantFrom(0, false, 'none') }),
        },
        { requiredKeys: ['as'] },
      ),
    ),
  )

/** What leads no further: for sub-patterns of reverse attributes, which could lead back. */
const plain = fc
  .uniqueArray(fc.constantFrom('n/one', 'n/many', 'r/one', 'r/many', ...REVERSE))
  .map((names): Pattern => ['db/id', ...names])

const { pattern } = fc.letrec<{ pattern: Pattern; element: Element; more: Pattern | number | '...' }>((tie) => ({
  pattern: fc
    .uniqueArray(tie('element'), { minLength: 1, maxLength: 4, selector: keyOf })
    .map((elements): Pattern => (elements.includes('db/id') ? elements : ['db/id', ...elements])),
  element: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'pull' },
    fc.constantFrom('*', ...NAMES, ...REVERSE),
    expr([...NAMES, ...REVERSE], false),
    fc.tuple(expr(REFS, true), tie('more')).map(([[name, o], pull]): Element => [name, { ...o, pull }]),
    fc.tuple(fc.constantFrom(...REFS), tie('more')).map(([name, pull]): Element => ({ [name]: pull })),
    fc.tuple(fc.constantFrom(...REVERSE), plain).map(([name, pull]): Element => ({ [name]: pull })),
  ),
  more: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'pull' },
    fc.constantFrom<number | '...'>(1, 2, '...'),
    tie('pattern'),
  ),
}))

/** One key, one element: what two elements with one key, or for one attribute, mean is not the same in both. */
function keyOf(x: Element): string {
  const name = typeof x === 'string' ? x : Array.isArray(x) ? x[0] : Object.keys(x)[0]
  return String(name)
}

/** The pattern as DataScript's JavaScript build reads it: attributes are strings. */
function text(p: Pattern): string {
  const within = (x: unknown): string => (typeof x === 'object' ? text(x as Pattern) : String(x))
  const elements = p.map((x) => {
    if (x === 'db/id') return ':db/id'
    if (typeof x === 'string') return JSON.stringify(x)
    if (!Array.isArray(x)) return `{${Object.entries(x).map(([k, v]) => `${JSON.stringify(k)} ${within(v)}`)}}`
    const [name, { pull, ...options }] = x as [string, Record<string, unknown>]
    const said = Object.entries(options).map(([k, v]) => `:${k} ${v === null ? 'nil' : JSON.stringify(v)}`)
    const written = `[${JSON.stringify(name)} ${said.join(' ')}]`
    return pull === undefined ? written : `{${written} ${within(pull)}}`
  })
  return `[${elements.join(' ')}]`
}

/** DataScript's answer with our keys. */
function ours(x: unknown): unknown {
  if (Array.isArray(x)) return x.map(ours)
  if (typeof x !== 'object') return x
  if (x === null) return undefined
  return Object.fromEntries(Object.entries(x).map(([k, v]) => [k === ':db/id' ? 'db/id' : k, ours(v)]))
}

it('answers as DataScript does where both mean the same', async () => {
  const fact = fc
    .tuple(fc.nat(ENTITIES - 1), fc.constantFrom(...NAMES), fc.nat(ENTITIES - 1))
    .filter(([e, a, v]) => !REFS.includes(a) || e < v)
    .map(([e, a, v]): Fact => [FIRST + e, a, REFS.includes(a) ? FIRST + v : v])
  const facts = fc.uniqueArray(fact, {
    maxLength: 30,
    selector: ([e, a, v]) => (isMany(a) ? `${e} ${a} ${v}` : `${e} ${a}`),
  })
  let cases = 0
  let same = 0
  await fc.assert(
    fc.asyncProperty(facts, fc.array(pattern, { minLength: 1, maxLength: 5 }), async (said, patterns) => {
      const db = await world(DEFS, said)
      const theirs = d.db_with(
        d.empty_db(schema),
        said.map((f) => [':db/add', ...f]),
      )
      const ids = Array.from({ length: ENTITIES }, (_, i) => FIRST + i)
      for (const p of patterns) {
        const found = await pullKnown(db, p, ids, { functions: new Map() })
        expect(found).toEqual(d.pull_many(theirs, text(p), ids).map(ours))
        cases += ids.length
        same += found.filter((x) => Object.keys(x ?? {}).length > 1).length
      }
    }),
    { numRuns: 300 },
  )
  expect(cases).toBeGreaterThan(3000)
  expect(same).toBeGreaterThan(1000)
})

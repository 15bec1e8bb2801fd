import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { isAnnalsError } from '../src/base/errors.ts'
import { type Connection, memory, open } from '../src/engine.ts'

/*
 * Queries, inputs and pull patterns in which something is not what it should be: whatever that is, the answer is one or an
 * error with a code, never a failure of our own.
 */

const JUNK: readonly unknown[] = [
  ...[null, undefined, 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e20, 5n, true, false],
  ...['', '?', '?x', '?e', '$', '$2', '%', '_', '...', '.', ':', '::a', ':red', 'sku', 'nope', '*', '\ud800'],
  ...['not', 'or', 'and', 'q', 'pull', 'count', '__proto__', 'constructor', '[:find ?e'],
  ...[[], [[]], ['?x'], ['?x', '...'], ['sku', 'A'], {}, { a: 1 }, new Map(), new Set([1]), () => 1, Symbol('s')],
  ...[new Date(0), new Date(Number.NaN), new Uint8Array([1])],
  ...[{ $kw: ':red' }, { $kw: 5 }, { $sym: '?x' }, { $sym: null }, { $list: [] }, { $list: 5 }, { $lit: undefined }],
]

const QUERIES: readonly (readonly [query: unknown, inputs: unknown])[] = [
  [
    {
      find: ['?e', '?n'],
      where: [['?e', 'sku'], ['?e', 'n', '?n'], [['>', '?n', 0]], ['not', ['?e', 'color', ':red']]],
    },
    [],
  ],
  [
    {
      find: [
        ['count', '?e'],
        ['max', 2, '?n'],
      ],
      with: ['?s'],
      where: [
        ['?e', 'sku', '?s'],
        ['?e', 'n', '?n'],
      ],
    },
    [],
  ],
  [
    {
      find: { e: '?e', sum: ['sum', '?n'] },
      in: ['$', ['?t', '...'], '?most'],
      where: [
        ['?e', 'n', '?n'],
        ['?e', 'tags', '?t'],
      ],
      limit: '?most',
    },
    [[':a'], 5],
  ],
  [{ find: [[['pull', '?e', ['*', { part: ['sku'] }]], '...']], where: [['?e', 'sku']] }, []],
  [
    {
      find: ['?x', '.'],
      in: ['$', '%', '?k'],
      where: [
        ['r', '?x', '?k'],
        ['or-join', [['?k'], '?x'], ['?x', 'n', '?k'], ['and', ['?x', 'sku', '?z'], [['str', '?z', 'a'], '?y']]],
      ],
    },
    ['[[(r ?x ?k) [?x :n ?k]]]', 1],
  ],
  [
    {
      find: ['?v'],
      where: [
        ['?e', 'sku'],
        [['get-else', '$', '?e', 'n', 0], '?v'],
        [['missing?', '$', '?e', 'tags']],
        [
          ['get-some', '$', '?e', 'n', 'sku'],
          ['?a', '?b'],
        ],
      ],
    },
    [],
  ],
  [
    {
      find: ['?v'],
      where: [
        [['q', { find: [['max', '?n'], '.'], where: [['_', 'n', '?n']] }, '$'], '?v'],
        [
          [
            'ground',
            [
              [1, 2],
              [3, 4],
            ],
          ],
          [['?p', '?q']],
        ],
        [['tuple', '?p', '?q'], '?t'],
        [
          ['untuple', '?t'],
          ['?g', '_'],
        ],
      ],
    },
    [],
  ],
  [
    {
      find: ['?e', '?op'],
      in: ['$', '$2'],
      where: [
        ['$2', '?e', '?y'],
        ['?e', 'n', '?y', '?tx', '?op'],
        ['not-join', ['?e'], ['?e', 'tags', ':a']],
      ],
      orderBy: [['?e', 'desc']],
      offset: 1,
    },
    [[[1, 2]]],
  ],
]
const PATTERN = ['sku', ['n', { as: 'x', default: 1 }], '*', { part: ['sku', { part: 3 }] }, ['tags', ':limit', 1]]

let conn: Connection
beforeAll(async () => {
  const schema = {
    sku: { type: 'string', unique: 'identity' },
    n: { type: 'long' },
    color: { type: 'ref', idents: [':red'] },
    tags: { type: 'keyword', many: true },
    part: { type: 'ref', many: true, component: true },
  } as const
  conn = await open('junk', { storage: memory(), schema })
  await conn.transact([{ sku: 'A', n: 1, color: ':red', tags: [':a'], part: [{ sku: 'B', n: 2 }] }])
})
afterAll(() => conn.close())

/** `x` with junk at the place that the numbers lead to, counted along the branches. */
function spoiled(x: unknown, [turn, ...way]: readonly number[], junk: unknown): unknown {
  const isMap = typeof x === 'object' && x !== null && Object.getPrototypeOf(x) === Object.prototype
  const entries = Array.isArray(x) ? Array.from(x.entries()) : isMap ? Object.entries(x) : []
  if (turn === undefined || entries.length === 0) return junk
  const place = turn % entries.length
  const changed = entries.map(([key, value], i): [PropertyKey, unknown] => [
    key,
    i === place ? spoiled(value, way, junk) : value,
  ])
  return Array.isArray(x) ? changed.map(([, value]) => value) : Object.fromEntries(changed)
}

const way = fc.array(fc.nat(7), { maxLength: 6 })
const junk = fc.constantFrom(...JUNK)

async function isAnswered(answer: Promise<unknown>): Promise<boolean> {
  try {
    await answer
    return true
  } catch (e) {
    if (isAnnalsError(e) && !e.code.startsWith('internal/')) return false
    throw e
  }
}

it('in a query or its inputs gets an error with a code', async () => {
  let refused = 0
  const options = { maxRows: 100_000 }
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...QUERIES), fc.boolean(), way, junk, async ([query, inputs], inQuery, at, x) => {
      const q = inQuery ? spoiled(query, at, x) : query
      const given = inQuery ? inputs : spoiled(inputs, at, x)
      if (!(await isAnswered(conn.db().q(q as object, given as unknown[], options)))) refused++
    }),
    { numRuns: 1500 },
  )
  expect(refused).toBeGreaterThan(500)
})

it('in a pattern or for an entity gets an error with a code', async () => {
  let refused = 0
  await fc.assert(
    fc.asyncProperty(way, junk, fc.oneof(fc.constant(['sku', 'A']), junk), async (at, x, entity) => {
      if (!(await isAnswered(conn.db().pull(spoiled(PATTERN, at, x) as unknown[], entity as number)))) refused++
    }),
    { numRuns: 500 },
  )
  expect(refused).toBeGreaterThan(100)
})

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isAnnalsError } from '../src/base/errors.ts'
import { type Connection, kw, lit, memory, open } from '../src/engine.ts'
import { connect } from '../src/index.ts'
import { channelWorker, openIn } from './support/channel-worker.ts'

/*
 * Whatever JavaScript has, where an application gives data: it comes back as it was, or is refused with a code that says why. In
 * a page, too, where what crosses to the worker is told apart from data by marks of the library's own.
 */

const schema = {
  key: { type: 'string', unique: 'identity' },
  of: { type: 'ref', unique: 'identity' },
  part: { type: 'ref', many: true, component: true },
  word: { type: 'keyword' },
  sign: { type: 'symbol' },
  text: { type: 'string' },
  n: { type: 'double' },
} as const

const cyclicList: unknown[] = ['of']
cyclicList.push(cyclicList)
const cyclicLiteral: Record<string, unknown> = {}
cyclicLiteral.$lit = cyclicLiteral
const deep = Array.from({ length: 20_000 }).reduce<unknown>((x) => [x], 1)

const marks = fc.constantFrom(
  '$db',
  '$queue',
  '$kw',
  '$lit',
  '$sym',
  '$list',
  '$type',
  'value',
  'constructor',
  'length',
)
const marked = fc.tuple(marks, fc.anything()).map(([mark, x]) => ({ [mark]: x }))
const odd = fc.constantFrom<unknown>(
  ...[cyclicList, cyclicLiteral, deep, kw('\ud800'), kw(''), kw(':a b'), { $sym: '' }, { $sym: '\ud800' }, '\ud800'],
  ...[{ $lit: 1, $type: 'nope' }, { $lit: 1, $type: 'toString' }, lit(lit('x')), [undefined], { $db: null }],
  ...[{ constructor: { name: Symbol('s') } }, Object.create(null), { connection: 1, value: {}, view: [] }],
)
const rich = { withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true } as const
const anything = fc.oneof(odd, marked, fc.anything({ ...rich, withTypedArray: true, withSparseArray: true }))

const plain = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('?x', '$', '%', '_', ':a', '$db', '$queue', '...'),
  fc.double({ noNaN: true }).map((n) => (n === 0 ? 0 : n)),
  fc.boolean(),
  fc.bigInt().filter((n) => n < -(2n ** 53n) || n > 2n ** 53n),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array(),
)

/** The code that `answer` is refused with; undefined where it is given. */
async function refusal(answer: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await answer()
    return undefined
  } catch (e) {
    if (isAnnalsError(e) && !e.code.startsWith('internal/')) return e.code
    throw e
  }
}

const own = { find: ['?x', '.'], in: ['$', '?x'], where: [] }
const joined = {
  find: ['?e'],
  in: ['$', '?w', '$2'],
  where: [
    ['?e', 'word', '?w'],
    ['$2', '?e'],
  ],
}
const asks: readonly ((conn: Connection, x: never) => unknown)[] = [
  (conn, x) => conn.db().q(own, [x]),
  (conn, x) => conn.db().q(joined, [x, x]),
  (conn, x) => conn.db().explain(own, [x]),
  (conn, x) => conn.db().pull(['*'], x),
  (conn, x) => conn.db().pull(x, 1),
  (conn, x) => conn.db().datoms(x),
  (conn, x) => conn.db().datoms('avet', 'key', x),
  (conn, x) => conn.db().indexRange('key', x),
  (conn, x) => conn.db().entid(x),
  (conn, x) => conn.db().asOf(x).q(own, [1]),
  (conn, x) => conn.db().with([{ word: x }]),
  (conn, x) => conn.db().with([{ sign: x }, { text: x }, { n: x }]),
  (conn, x) => conn.db().with([{ part: x }]),
  (conn, x) => conn.db().with([{ of: x }]),
  (conn, x) => conn.db().with([x]),
  (conn, x) => conn.db().with(x),
  (conn, x) => conn.planUndo(x),
  (conn, x) => conn.syncTo(0, { signal: x }),
  (conn, x) => conn.db().q(own, [1], { signal: x }),
  (conn, x) => conn.import([], { signal: x }),
]

describe.each([
  ['in this thread', () => open('any', { storage: memory(), schema })],
  ['in a page', () => connect('any', { schema, worker: () => channelWorker(openIn()) })],
])('what an application gives %s', (_, connected) => {
  let conn: Connection
  beforeAll(async () => {
    conn = await connected()
    await conn.transact([{ key: 'a', word: ':b', part: [{ key: 'c' }] }])
  })
  afterAll(() => conn.close())

  it('is answered or refused with a code', async () => {
    let refused = 0
    await fc.assert(
      fc.asyncProperty(anything, fc.constantFrom(...asks), async (x, ask) => {
        if ((await refusal(async () => ask(conn, x as never))) !== undefined) refused++
      }),
      { numRuns: 1500 },
    )
    expect(refused).toBeGreaterThan(500)
  })

  it('comes back as it was, where it is a value', async () => {
    await fc.assert(
      fc.asyncProperty(plain, async (x) => {
        expect(await conn.db().q(own, [x])).toEqual(x)
      }),
      { numRuns: 200 },
    )
  })

  it('comes back as a text with its marks', async () => {
    const { tempids, dbAfter } = await conn.db().with([{ 'db/id': 'x', text: '$db', word: kw('b/c'), sign: '?x' }])
    const pulled = await dbAfter.pull(['text', 'word', 'sign'], tempids.x as number)
    expect(pulled).toEqual({ text: '$db', word: ':b/c', sign: '?x' })
  })
})

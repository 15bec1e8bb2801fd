import { type Connection, connect, defineSchema } from 'annals'
import { afterEach, describe, expect, it } from 'vitest'

const schema = defineSchema({
  'v/key': { type: 'string', unique: 'identity' },
  'v/string': { type: 'string', many: true, index: true },
  'v/long': { type: 'long', many: true, index: true },
  'v/bigint': { type: 'bigint', many: true, index: true },
  'v/double': { type: 'double', many: true, index: true },
  'v/bigdec': { type: 'bigdec', many: true, index: true },
  'v/boolean': { type: 'boolean', many: true, index: true },
  'v/instant': { type: 'instant', many: true, index: true },
  'v/uuid': { type: 'uuid', many: true, index: true },
  'v/uri': { type: 'uri', many: true, index: true },
  'v/keyword': { type: 'keyword', many: true, index: true },
  'v/symbol': { type: 'symbol', many: true, index: true },
  'v/bytes': { type: 'bytes', many: true, index: true },
  'v/pair': { type: 'tuple', tupleTypes: ['string', 'bigint', 'instant'], many: true, index: true },
  'v/run': { type: 'tuple', tupleType: 'double', many: true, index: true },
  'v/nest': { type: 'tuple', tupleTypes: ['string', 'tuple'], many: true, index: true },
  'v/whole': { type: 'tuple', tupleAttrs: ['v/one', 'v/two'], index: true },
  'v/one': { type: 'string' },
  'v/two': { type: 'bytes' },
  'v/ref': { type: 'ref' },
})
const at = (ms: number): Date => new Date(ms)
const bytes = (...b: number[]): Uint8Array => new Uint8Array(b)

/** Values of each type in the order of their index, as they are shown. */
const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  string: ['', '\u0000', '\t', '!', 'Z', 'a', 'é', '😀', '\uffff', 'x'.repeat(5000)].sort((x, y) => (x < y ? -1 : 1)),
  long: [Number.MIN_SAFE_INTEGER, -1, 0, 1, 2 ** 31, Number.MAX_SAFE_INTEGER],
  bigint: [-(2n ** 80n), -1n, 0n, 7n, 2n ** 80n],
  double: [Number.NEGATIVE_INFINITY, -1.5, 0, Number.MIN_VALUE, 0.1, Number.MAX_VALUE, Number.POSITIVE_INFINITY],
  bigdec: ['-10.5', '-0.001', '0', '0.1', '12.5', '123456789012345678901234567890.000000001'],
  boolean: [false, true],
  instant: [at(-8.64e15), at(-1), at(0), at(1_700_000_000_123), at(8.64e15)],
  uuid: ['00000000-0000-0000-0000-000000000000', 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'],
  uri: ['https://a.example/x?y=1#z', 'urn:isbn:1'],
  keyword: [':a', ':a/b', ':z'],
  symbol: ['a', 'a/b', 'z'],
  bytes: [bytes(), bytes(0), bytes(0, 255), bytes(255)],
  pair: [
    [null, null, at(5)],
    ['a', null, null],
    ['a', 2n ** 70n, at(-5)],
  ],
  nest: [
    ['a', null],
    ['a', [null, 'b']],
    ['a', [1, [2n, [at(3), true]]]],
  ],
  run: [
    [-1, 0],
    [0.5, 1, 2],
    [Number.POSITIVE_INFINITY, 0, 0, 0, 0, 0, 0, 0],
  ],
}
const names = Object.keys(VALUES)

const open: Connection[] = []
const worker = (): Worker => new Worker(new URL('../worker/index.ts', import.meta.url), { type: 'module' })
async function database(name: string = crypto.randomUUID()): Promise<Connection> {
  const conn = await connect(name, { schema, worker })
  open.push(conn)
  return conn
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((conn) => conn.close()))
})

const all = { 'v/key': 'all', ...Object.fromEntries(names.map((n) => [`v/${n}`, VALUES[n]])) }
const composite = { 'v/key': 'half', 'v/two': bytes(1, 2), 'v/ref': ['v/key', 'all'] }

/** Everything that was written, asked for in every way. */
async function check(conn: Connection): Promise<void> {
  const db = conn.db()
  for (const name of names) {
    const attribute = `v/${name}`
    const wanted = VALUES[name] as readonly unknown[]
    expect(
      (await db.datoms('avet', attribute)).map((d) => d.v),
      name,
    ).toEqual(wanted)
    const found = await db.q<unknown[]>({ find: [['?v', '...']], in: ['$', '?a'], where: [['_', '?a', '?v']] }, [
      attribute,
    ])
    expect(new Set(found.map(text)), name).toEqual(new Set(wanted.map(text)))
    expect(await db.pull([[attribute, { limit: null }]], ['v/key', 'all']), name).toEqual({ [attribute]: wanted })
    for (const value of wanted) {
      const owner = {
        find: ['?k', '.'],
        in: ['$', '?v'],
        where: [
          ['?e', attribute, '?v'],
          ['?e', 'v/key', '?k'],
        ],
      }
      expect(await db.q(owner, [value]), `${name} ${text(value)}`).toBe('all')
      expect(await db.datoms('avet', attribute, value), `${name} ${text(value)}`).toHaveLength(1)
    }
  }
  const half = await db.pull(['v/whole', { 'v/ref': ['v/key'] }], ['v/key', 'half'])
  expect(half).toEqual({ 'v/whole': [null, bytes(1, 2)], 'v/ref': { 'v/key': 'all' } })
}
const text = (v: unknown): string =>
  JSON.stringify(v, (_, x) =>
    typeof x === 'bigint'
      ? `${x}n`
      : x instanceof Uint8Array
        ? [...x]
        : Object.is(x, Number.POSITIVE_INFINITY)
          ? '∞'
          : Object.is(x, Number.NEGATIVE_INFINITY)
            ? '-∞'
            : x,
  )

describe('values of every type', () => {
  it('come back from the worker and from the disk as they went in, in their order', async () => {
    const name = crypto.randomUUID()
    const first = await database(name)
    const report = await first.transact([all])
    const said = report.txData.map((d) => text(d.v))
    expect(said).toEqual(expect.arrayContaining(names.flatMap((n) => VALUES[n]?.map(text) ?? [])))
    await first.transact([composite])
    await check(first)
    await first.close()
    await check(await database(name))
  })

  it('are shown in one way: zero has no sign, decimals no tail, UUIDs are lower case', async () => {
    const conn = await database()
    await conn.transact([
      {
        'v/key': 'e',
        'v/double': -0,
        'v/long': -0,
        'v/bigdec': ['012.500', '1E+2'],
        'v/uuid': 'F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6',
      },
    ])
    const shown = await conn.db().pull<Record<string, unknown[]>>(['*'], ['v/key', 'e'])
    expect(Object.is(shown?.['v/double']?.[0], 0)).toBe(true)
    expect(Object.is(shown?.['v/long']?.[0], 0)).toBe(true)
    expect(shown).toMatchObject({ 'v/bigdec': ['12.5', '100'], 'v/uuid': ['f81d4fae-7dec-11d0-a765-00a0c91e6bf6'] })
  })

  it.each([
    ['a long beyond the safe integers', 'v/long', 2 ** 53, 'value/out-of-range'],
    ['a 64-bit long given as a bigint', 'v/long', 2n ** 53n, 'value/out-of-range'],
    ['a fraction as a long', 'v/long', 1.5, 'value/wrong-type'],
    ['NaN', 'v/double', Number.NaN, 'value/out-of-range'],
    ['NaN in a tuple', 'v/run', [[0, Number.NaN]], 'value/out-of-range'],
    ['a lone surrogate', 'v/string', 'a\ud800', 'value/lone-surrogate'],
    ['a lone surrogate in a tuple', 'v/pair', [['\udc00', 1n, at(0)]], 'value/lone-surrogate'],
    ['an invalid Date', 'v/instant', at(Number.NaN), 'value/malformed'],
    ['a broken UUID', 'v/uuid', 'f81d4fae', 'value/malformed'],
    ['a URI with a space', 'v/uri', 'https://a b', 'value/malformed'],
    ['a decimal that is a word', 'v/bigdec', 'ten', 'value/malformed'],
    ['a keyword without a colon', 'v/keyword', 'a', 'value/wrong-type'],
    ['a tuple of one', 'v/run', [[1]], 'value/out-of-range'],
    ['a tuple of nine', 'v/run', [[1, 2, 3, 4, 5, 6, 7, 8, 9]], 'value/out-of-range'],
    ['text as bytes', 'v/bytes', 'AAEC', 'value/wrong-type'],
  ])('%s is refused, and nothing is lost', async (_, attribute, value, code) => {
    const conn = await database()
    const { basisT } = conn.db()
    await expect(conn.transact([{ 'v/key': 'e', [attribute]: value }])).rejects.toMatchObject({ code })
    expect(conn.db().basisT).toBe(basisT)
    expect(await conn.db().entid(['v/key', 'e'])).toBeUndefined()
  })

  it('64-bit longs in EDN text are refused, not rounded', async () => {
    const conn = await database()
    const form = (n: string) => conn.transact(`[{:v/key "e" :v/long ${n}}]`)
    await expect(form('9007199254740993')).rejects.toMatchObject({ code: 'value/out-of-range' })
    await form('9007199254740991')
    expect(await conn.db().q('[:find ?n . :where [_ :v/long ?n]]')).toBe(Number.MAX_SAFE_INTEGER)
  })
})

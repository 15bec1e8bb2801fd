import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readValue, stringValue, tupleValue } from '../src/datom/read-value.ts'
import { showValue } from '../src/datom/show-value.ts'
import { compareValues, sameValue, unifyKey, type Value } from '../src/datom/value.ts'
import type { ValueType } from '../src/datom/value-type.ts'
import { memory, open } from '../src/engine.ts'
import { runs } from './support/seeds.ts'

type Plain = Exclude<ValueType, 'tuple'>
const text = fc.string({
  unit: fc.constantFrom('', 'a', 'b', '\u0000', '\u0001', '\u0008', '\t', '!', 'é', '😀', '\uffff', ':'),
})
const decimal = fc.tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat(25)).map(([n, scale]) => {
  const digits = (n < 0n ? -n : n).toString().padStart(scale + 1, '0')
  const cut = digits.length - scale
  return `${n < 0n ? '-' : ''}${digits.slice(0, cut)}${scale > 0 ? `.${digits.slice(cut)}` : ''}`
})
const inputs: Record<Plain, fc.Arbitrary<unknown>> = {
  boolean: fc.boolean(),
  long: fc.maxSafeInteger(),
  ref: fc.nat(2 ** 29),
  double: fc.double({ noNaN: true }),
  bigint: fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  bigdec: decimal,
  instant: fc.date({ noInvalidDate: true }),
  string: text,
  keyword: fc.constantFrom(':a', ':a/b', ':b', ':b/a', ':zz'),
  symbol: fc.constantFrom('a', 'a/b', 'b'),
  uuid: fc.uuid(),
  uri: fc.constantFrom('https://a.example/x?y=1', 'urn:a', 'mailto:x@y.example'),
  bytes: fc.uint8Array({ maxLength: 20 }),
}
const anyOf = (type: Plain): fc.Arbitrary<Value> => inputs[type].map((x) => readValue(type, x, ':t/a'))
const types = Object.keys(inputs) as Plain[]
const scalar: fc.Arbitrary<Value> = fc.oneof(...types.map(anyOf))
const tuple = fc.array(fc.option(scalar), { minLength: 2, maxLength: 4 }).map((m) => tupleValue(m, ':t/a'))
const anyValue = fc.oneof(scalar, tuple)

const byUnit = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0)
const plainOrder: Record<string, (x: never, y: never) => number> = {
  boolean: (x: boolean, y: boolean) => Number(x) - Number(y),
  ref: (x: number, y: number) => x - y,
  keyword: byUnit,
  symbol: byUnit,
  uuid: (x: string, y: string) => byUnit(x.toLowerCase(), y.toLowerCase()),
  uri: byUnit,
  long: (x: number, y: number) => x - y,
  double: (x: number, y: number) => (x < y ? -1 : x > y ? 1 : 0),
  bigint: (x: bigint, y: bigint) => (x < y ? -1 : x > y ? 1 : 0),
  instant: (x: Date, y: Date) => x.getTime() - y.getTime(),
  string: byUnit,
  bytes: (x: Uint8Array, y: Uint8Array) => Buffer.compare(x, y),
  bigdec: (x: string, y: string) => {
    const scale = (s: string): number => (s.split('.')[1] ?? '').length
    const most = Math.max(scale(x), scale(y))
    const whole = (s: string): bigint => BigInt(s.replace('.', '') + '0'.repeat(most - scale(s)))
    return whole(x) < whole(y) ? -1 : whole(x) > whole(y) ? 1 : 0
  },
}

describe('values', () => {
  it.each(types)('%s comes back as it went in', (type) => {
    fc.assert(
      fc.property(inputs[type], (x) => {
        const shown = showValue(readValue(type, x, ':t/a'))
        if (type === 'bigdec') {
          expect(readValue(type, shown, ':t/a')).toBe(readValue(type, x, ':t/a'))
          expect(String(shown)).not.toMatch(/\.\d*0$|^-?0\d/)
        } else if (type === 'double' || type === 'long') expect(shown).toBe((x as number) + 0)
        else if (type === 'uuid') expect(shown).toBe((x as string).toLowerCase())
        else expect(shown).toEqual(x)
      }),
      runs(300),
    )
  })

  it.each(Object.keys(plainOrder) as Plain[])('%s is ordered as the type is', (type) => {
    fc.assert(
      fc.property(inputs[type], inputs[type], (x, y) => {
        const wanted = Math.sign(plainOrder[type]?.(x as never, y as never) as number)
        expect(Math.sign(compareValues(readValue(type, x, ''), readValue(type, y, ''))) + 0).toBe(wanted + 0)
      }),
      runs(500),
    )
  })

  it('the order is total: antisymmetric and transitive over all types', () => {
    fc.assert(
      fc.property(anyValue, anyValue, anyValue, (x, y, z) => {
        expect(Math.sign(compareValues(x, y)) + Math.sign(compareValues(y, x))).toBe(0)
        const [a, b, c] = [x, y, z].sort(compareValues) as [Value, Value, Value]
        expect(compareValues(a, b) <= 0 && compareValues(b, c) <= 0 && compareValues(a, c) <= 0).toBe(true)
      }),
      runs(2000),
    )
  })

  it('tuples are ordered member by member, absent ones first, and the shorter before what continues it', () => {
    const typed = fc.constantFrom<Plain>('boolean', 'long', 'double', 'bigint', 'string', 'instant', 'keyword', 'bytes')
    const two = fc.array(typed, { minLength: 2, maxLength: 4 }).chain((members) => {
      const one = fc.tuple(...members.map((type) => fc.option(anyOf(type), { freq: 3 })))
      return fc.tuple(one, one, fc.integer({ min: 2, max: members.length }))
    })
    const order = (x: readonly (Value | null)[], y: readonly (Value | null)[]): number => {
      for (const [i, a] of x.entries()) {
        const b = y[i] as Value | null | undefined
        if (b === undefined) return 1
        const d = a === null || b === null ? Number(b === null) - Number(a === null) : compareValues(a, b)
        if (d !== 0) return d
      }
      return x.length - y.length
    }
    fc.assert(
      fc.property(two, ([x, y, length]) => {
        const z = y.slice(0, length)
        const wanted = Math.sign(order(x, z)) + 0
        expect(Math.sign(compareValues(tupleValue(x, ''), tupleValue(z, ''))) + 0).toBe(wanted)
      }),
      runs(1000),
    )
  })

  it('numbers of every type are ordered by what they are worth', () => {
    // doubles that are fractions of 2^20, so that all are exact as whole numbers of 10^-20 at most
    const exact = fc.integer({ min: -(2 ** 40), max: 2 ** 40 })
    const UNIT = 10n ** 20n
    const number: fc.Arbitrary<readonly [Value, bigint]> = fc.oneof(
      fc.maxSafeInteger().map((n) => [readValue('long', n, ''), BigInt(n) * UNIT] as const),
      exact.map((n) => [readValue('double', n / 2 ** 20, ''), (BigInt(n) * UNIT) / 2n ** 20n] as const),
      fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }).map((n) => [readValue('bigint', n, ''), n * UNIT] as const),
      fc
        .tuple(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), fc.nat(20))
        .map(([n, scale]) => [readValue('bigdec', `${n}e-${scale}`, ''), n * 10n ** BigInt(20 - scale)] as const),
      fc.constantFrom(0, 1, -1).map((n) => [readValue('double', n, ''), BigInt(n) * UNIT] as const),
    )
    fc.assert(
      fc.property(number, number, ([x, p], [y, q]) => {
        expect(Math.sign(compareValues(x, y))).toBe(p < q ? -1 : p > q ? 1 : 0)
      }),
      runs(2000),
    )
  })

  it.each(types)('an index of %s holds its values in their order', async (type) => {
    await fc.assert(
      fc.asyncProperty(fc.array(inputs[type], { minLength: 1, maxLength: 12 }), async (given) => {
        const known = type === 'ref' ? given.map((x) => 1 + ((x as number) % 15)) : given
        const conn = await open('order', { storage: memory(), schema: { 't/a': { type, many: true, index: true } } })
        await conn.transact([{ 't/a': known }])
        const wanted = [...new Set(known.map((x) => readValue(type, x, '')))].sort(compareValues)
        const found = (await conn.db().datoms('avet', 't/a')).map((d) => readValue(type, d.v, ''))
        expect(found).toEqual(wanted)
        await conn.close()
      }),
      runs(20),
    )
  })

  it('equal in order, unifying and having one key are the same thing', () => {
    const number = fc.oneof(
      fc.constantFrom(0, 1, 1.5, 0.1, 2 ** 53, 1e300, -1, Number.POSITIVE_INFINITY),
      fc.constantFrom(0n, 1n, 2n ** 53n, 2n ** 53n + 1n, -1n, 10n ** 400n, -(10n ** 400n)),
      fc.constantFrom('0', '1', '1.5', '0.1', '-1', '9007199254740993').map((d) => readValue('bigdec', d, '')),
    )
    fc.assert(
      fc.property(fc.oneof(number, anyValue), fc.oneof(number, anyValue), (x, y) => {
        const same = compareValues(x, y) === 0
        expect(sameValue(x, y)).toBe(same)
        expect(unifyKey(x) === unifyKey(y)).toBe(same)
      }),
      runs(2000),
    )
  })

  it('kinds rank as the design says', () => {
    const ranked: Value[] = [
      false,
      true,
      readValue('bigdec', '-5', ''),
      3,
      4n,
      readValue('instant', new Date(0), ''),
      stringValue(''),
      stringValue('\u0001'),
      stringValue('z'),
      readValue('keyword', ':a', ''),
      readValue('symbol', 'a', ''),
      readValue('uuid', '00000000-0000-0000-0000-000000000000', ''),
      readValue('uri', 'a:b', ''),
      readValue('bytes', new Uint8Array([0]), ''),
      tupleValue([null, 1], ''),
      tupleValue([1, null], ''),
    ]
    expect([...ranked].reverse().sort(compareValues)).toEqual(ranked)
  })

  it.each([
    ['long', 2 ** 53, 'value/out-of-range'],
    ['long', 5n, 'value/out-of-range'],
    ['long', 1.5, 'value/wrong-type'],
    ['long', '5', 'value/wrong-type'],
    ['double', Number.NaN, 'value/out-of-range'],
    ['string', 5, 'value/wrong-type'],
    ['string', '\ud800', 'value/lone-surrogate'],
    ['instant', new Date(Number.NaN), 'value/malformed'],
    ['instant', 5, 'value/wrong-type'],
    ['uuid', 'x', 'value/malformed'],
    ['uri', 'a b', 'value/malformed'],
    ['keyword', 'a', 'value/wrong-type'],
    ['symbol', ':a', 'value/wrong-type'],
    ['symbol', '', 'value/wrong-type'],
    ['bytes', [1], 'value/wrong-type'],
    ['bigdec', '1,5', 'value/malformed'],
    ['boolean', 0, 'value/wrong-type'],
    ['bigint', 2n ** 32_767n, 'value/out-of-range'],
    ['bigint', -(2n ** 32_767n), 'value/out-of-range'],
  ] as const)('%s refuses %s with %s', (type, x, code) => {
    expect(() => readValue(type, x, ':t/a')).toThrow(expect.objectContaining({ code }))
  })
})

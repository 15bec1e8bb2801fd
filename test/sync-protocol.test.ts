import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAnnalsError } from '../src/base/errors.ts'
import { fromCbor, toCbor } from '../src/sync/cbor.ts'
import { decodeIntent, encodeIntent } from '../src/sync/intent.ts'
import { MAX_INTENT_DEPTH, ownForms } from '../src/sync/own-forms.ts'
import { DEFAULT_LIMITS } from '../src/sync/protocol.ts'
import { decodeQueueBody, encodeQueueBody, type QueueBody } from '../src/sync/queue-body.ts'
import { readHelloAnswer, readPullAnswer, readPushAnswer } from '../src/sync/read-answer.ts'
import { readHello, readPush, readRegister } from '../src/sync/read-request.ts'
import { runs } from './support/seeds.ts'

const LIMITS = { maxBytes: 1_000_000, maxDepth: 80 }
const again = (x: unknown): unknown => fromCbor(toCbor(x), LIMITS)

const SHORT = { maxLength: 3 }
const name = fc.string({ unit: 'grapheme' }).filter((s) => s !== '__proto__')
const { forms } = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true }).map((n) => (n === 0 ? 0 : n)),
    fc.bigInt(),
    fc.string({ unit: 'grapheme' }),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array(),
    name.map((s) => ({ $kw: `:${s}` })),
  ),
  node: fc.oneof(
    { depthSize: 'small' },
    tie('leaf'),
    fc.array(tie('node'), SHORT),
    fc.dictionary(name, tie('node'), { noNullPrototype: true, maxKeys: 3 }),
    fc.array(fc.oneof(fc.string(), fc.bigInt(), fc.integer()), SHORT).map((items) => new Set(items)),
    fc.array(fc.tuple(fc.oneof(name, fc.integer()), tie('node')), SHORT).map((pairs) => new Map(pairs)),
  ),
  forms: fc.array(tie('node'), SHORT),
}))

describe('intents as CBOR', () => {
  it('come back as they were, key order included', () => {
    fc.assert(
      fc.property(forms, (x) => {
        const own = ownForms(x as unknown[])
        const back = decodeIntent(encodeIntent(own))
        expect(back).toEqual(own)
        expect(toCbor(back)).toEqual(toCbor(own))
      }),
      runs(300),
    )
    expect(Object.keys(again({ b: 1, a: 2, aa: 3 }) as object)).toEqual(['b', 'a', 'aa'])
  })

  it('keep what JSON would lose', () => {
    const kept = [
      0n,
      -1n,
      2n ** 64n,
      -(10n ** 40n),
      new Date(-8.64e15),
      new Date(8.64e15),
      1e300,
      Number.POSITIVE_INFINITY,
      '\ufeffa byte order mark',
      { '\ufeff': '' },
    ]
    expect(again(kept)).toEqual(kept)
  })

  it('are copies, and hold plain data only', () => {
    const given = [{ 'inv/count': 1, tags: new Set(['a']) }]
    const own = ownForms(given) as typeof given
    ;(given[0] as { 'inv/count': number })['inv/count'] = 2
    given[0]?.tags.add('b')
    expect(own).toEqual([{ 'inv/count': 1, tags: new Set(['a']) }])
    expect(ownForms([[':db/retract', 1, 'a/b', undefined], { a: undefined, b: 1 }])).toEqual([
      [':db/retract', 1, 'a/b', null],
      { b: 1 },
    ])
    const cycle: unknown[] = []
    cycle.push(cycle)
    for (const bad of [
      () => 1,
      Symbol('s'),
      new (class X {})(),
      cycle,
      Object.fromEntries([['__proto__', 1]]),
      new URL('a:b'),
    ]) {
      expect(() => ownForms([bad])).toThrowError(expect.objectContaining({ code: 'tx/malformed' }))
    }
    expect(() => ownForms(['\ud800'])).toThrowError(expect.objectContaining({ code: 'value/lone-surrogate' }))
    expect(() => ownForms([new Date(Number.NaN)])).toThrowError(expect.objectContaining({ code: 'value/malformed' }))
  })

  it('may nest as deep as they may be queued, and no deeper', () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])
    const deepest = ownForms([nested(MAX_INTENT_DEPTH - 1)])
    expect(decodeIntent(encodeIntent(deepest), DEFAULT_LIMITS.depth)).toEqual(deepest)
    expect(() => ownForms([nested(MAX_INTENT_DEPTH)])).toThrowError(expect.objectContaining({ code: 'tx/malformed' }))
    expect(() => decodeIntent(toCbor([nested(MAX_INTENT_DEPTH)]), DEFAULT_LIMITS.depth)).toThrowError(
      expect.objectContaining({ code: 'sync/malformed' }),
    )
  })
})

describe('hostile bytes', () => {
  const refused = (read: () => unknown): void => {
    try {
      read()
    } catch (e) {
      if (isAnnalsError(e, 'sync/malformed') || isAnnalsError(e, 'sync/upgrade')) return
      throw e
    }
  }

  it('are read or refused, never anything else', () => {
    const reads = [
      readHello,
      readRegister,
      readHelloAnswer,
      readPullAnswer,
      readPushAnswer,
      (x: unknown) => readPush(x, DEFAULT_LIMITS),
    ]
    const message = toCbor({
      protocol: 1,
      replica: crypto.randomUUID(),
      entries: [{ txid: 'x', ids: [['a', 1]] }],
      kind: 'answers',
    })
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc
        .tuple(fc.nat(message.length - 1), fc.nat(255))
        .map(([at, byte]) => message.map((b, i) => (i === at ? byte : b))),
      fc.nat(message.length).map((n) => message.slice(0, n)),
    )
    fc.assert(
      fc.property(bytes, fc.constantFrom(...reads), (given, read) => refused(() => read(fromCbor(given, LIMITS)))),
      runs(1000),
    )
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom(...reads), (given, read) => refused(() => read(given))),
      runs(500),
    )
  })

  it('do not exhaust the stack or the memory', () => {
    for (const byte of [0x81, 0xa1, 0xc0, 0xd9]) {
      expect(() => fromCbor(new Uint8Array(900_000).fill(byte), LIMITS)).toThrowError(
        expect.objectContaining({ code: 'sync/malformed' }),
      )
    }
    const hugeArray = Uint8Array.of(0x9b, 0, 0, 0, 1, 0, 0, 0, 0)
    expect(() => fromCbor(hugeArray, LIMITS)).toThrowError(expect.objectContaining({ code: 'sync/malformed' }))
    expect(() => fromCbor(new Uint8Array(1_000_001), LIMITS)).toThrowError(
      expect.objectContaining({ code: 'sync/malformed' }),
    )
  })
})

describe('a queue row', () => {
  it('comes back as it was', () => {
    const body: QueueBody = {
      intent: encodeIntent([{ a: 1n }]),
      ids: new Map([['__proto__', 1001]]),
      basis: 4,
      instant: -5,
      txs: new Map([[2 ** 29 + 2 ** 28 + 1, crypto.randomUUID()]]),
      retryOf: crypto.randomUUID(),
      schema: true,
      withdrawn: false,
      generation: 3,
      predicted: {
        length: 2,
        e: [1001, 7],
        a: [1, 2],
        v: [10n, 'x'],
        added: [1, 0],
        increments: [
          { e: 1001, a: 1, delta: 10n },
          { e: 7, a: 3, delta: -2.5, of: { tx: 2 ** 29 + 4, exact: false } },
        ],
      },
      footprint: new Set(['e1001a1', 'a2=x']),
      replaced: new Map([[1001, 42]]),
      conflict: { code: 'tx/cas-failed', message: 'somebody was first' },
    }
    const row = { seq: 1, txid: crypto.randomUUID(), body: encodeQueueBody(body, 7) }
    expect(decodeQueueBody(row)).toEqual({ body, t: 7 })
    expect(decodeQueueBody({ ...row, body: encodeQueueBody(body, undefined) })).toEqual({ body, t: undefined })
    expect(() => decodeQueueBody({ ...row, body: row.body.subarray(3) })).toThrowError(
      expect.objectContaining({ code: 'storage/corrupt', data: { id: row.txid } }),
    )
  })
})

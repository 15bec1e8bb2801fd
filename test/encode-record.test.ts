import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { decode, encode } from 'cborg'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { randomBytes } from '../src/base/random-bytes.ts'
import { CborWriter, type Packed } from '../src/engine/cbor-writer.ts'
import { chainHash, decodeRecord, encodeRecord } from '../src/engine/record.ts'
import { runs } from './support/seeds.ts'

const edges: readonly Packed[] = [
  ...[0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1].flatMap((n) => [n, -n - 1, -n]),
  ...[1.5, -0.1, 1e300, Number.POSITIVE_INFINITY, 2 ** 53, -(2 ** 53)],
  ...[0, 1, 22, 23, 24, 25, 63, 64, 65, 255, 256, 70_000].flatMap((n) => [
    'a'.repeat(n),
    'é'.repeat(n),
    '🙂'.repeat(n),
  ]),
  ...['\u0000n12', '\u0007\u00ff\u0080', true, false],
]
const value: fc.Arbitrary<Packed> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.constantFrom(...edges.filter((v) => String(v).length < 300)),
)

function encodeValues(values: readonly Packed[]): Uint8Array {
  const out = new CborWriter(0)
  out.list(values.length)
  for (const v of values) out.value(v)
  return out.done()
}

describe('values in a record', () => {
  it('are the CBOR that cborg writes', () => {
    expect(encodeValues(edges)).toEqual(Uint8Array.from(encode(edges)))
    fc.assert(
      fc.property(fc.array(value), (values) => {
        expect(encodeValues(values)).toEqual(Uint8Array.from(encode(values)))
      }),
    )
  })

  it('stand in its body where a map of sorted keys has them', () => {
    const data = {
      length: 2,
      e: [1, 2 ** 29 + 77],
      a: [3, -4],
      v: ['x', 5],
      added: [1, 0] as (0 | 1)[],
      increments: [],
    }
    const typed = {
      ...data,
      e: Int32Array.from(data.e),
      a: Int32Array.from(data.a),
      added: Uint8Array.from(data.added),
    }
    const plain = encodeRecord({ instant: 6, data, aliases: new Map(), origin: undefined }, new Uint8Array(16))
    expect(
      encodeRecord({ instant: 6, data: typed, aliases: new Map(), origin: undefined }, new Uint8Array(16)),
    ).toEqual(plain)
    for (const aliases of [new Map(), new Map([[7, 8]])]) {
      for (const origin of [undefined, { replica: 'r', seq: 9 }]) {
        for (const increments of [[], [{ e: 1, a: 3, delta: 5 }]]) {
          const record = { instant: 6, data: { ...data, increments }, aliases, origin }
          const body = encodeRecord(record, new Uint8Array(16)).subarray(16)
          expect(body).toEqual(Uint8Array.from(encode(decode(body))))
          expect(decode(body)).toMatchObject({ f: 1, i: 6, v: ['x', 5], o: Uint8Array.of(1, 0) })
          expect(
            decodeRecord({ t: 1, txid: '', hash: '', body: Uint8Array.of(...new Uint8Array(15), 1, ...body) }),
          ).toEqual({
            ...record,
            t: 1,
            txid: '',
          })
        }
      }
    }
  })
  it('come back as they were, a byte order mark at their start included', () => {
    const v = ['\ufeff', '\ufeff\ufeffabc', `\ufeff${'x'.repeat(300)}`, 'a\ufeff', '', '🙂'.repeat(70_000)]
    const data = {
      length: 6,
      e: [1, 1, 1, 1, 1, 1],
      a: [1, 2, 3, 4, 5, 6],
      v,
      added: v.map(() => 1 as const),
      increments: [],
    }
    const body = encodeRecord({ instant: 6, data, aliases: new Map(), origin: undefined }, randomBytes(16))
    expect(decodeRecord({ t: 1, txid: '', hash: '', body }).data.v).toEqual(v)
  })
})

it('the hash chain covers its header as UTF-8, whatever a transaction is called', () => {
  const txid = fc.oneof(fc.uuid(), fc.string({ unit: 'grapheme' }), fc.string({ minLength: 150, maxLength: 400 }))
  fc.assert(
    fc.property(txid, fc.nat(), fc.uint8Array(), (id, t, rest) => {
      const body = Uint8Array.of(...new Uint8Array(15), 1, ...rest)
      const [previous, digest] = ['ab'.repeat(32), bytesToHex(sha256(body))]
      const header = new TextEncoder().encode(`${previous}/${t}/${id}/${digest}`)
      expect(chainHash(previous, t, id, body)).toBe(bytesToHex(sha256(header)))
    }),
    runs(100),
  )
})

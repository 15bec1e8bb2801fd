import { ID_END, TX_BASE } from '../../src/datom/ids.ts'
import { bytesValue, instantValue, keywordValue, stringValue, tupleValue } from '../../src/datom/read-value.ts'
import { Tag, type Value } from '../../src/datom/value.ts'
import type { Order } from '../../src/db/index-order.ts'
import { type Rows, RowsBuilder } from '../../src/db/rows.ts'
import { sortRows } from '../../src/db/sort-rows.ts'

export type Random = () => number

/** Numbers `0 <= x < 1`, the same for the same seed. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let x = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
    return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32
  }
}
const below = (random: Random, n: number): number => Math.floor(random() * n)
const pick = <T>(random: Random, list: readonly T[]): T => list[below(random, list.length)] as T

const UNITS = [
  '',
  'a',
  'b',
  'ab',
  'Z',
  '7',
  ' ',
  'é',
  'ÿ',
  'ж',
  '漢',
  '😀',
  '\u0000',
  '\u0001',
  '\t',
  '\uffff',
  '\ufeff',
]
function text(random: Random, most: number): string {
  let out = ''
  for (let n = below(random, most + 1); n > 0; n--) out += pick(random, UNITS)
  return out
}
const hex = (random: Random, n: number): string =>
  Array.from({ length: n }, () => below(random, 16).toString(16)).join('')
const uuid = (random: Random): string => [8, 4, 4, 4, 12].map((n) => hex(random, n)).join('-')

const EXTREMES = [
  0,
  1,
  -1,
  2 ** 31,
  -(2 ** 31),
  2 ** 32,
  2 ** 52,
  2 ** 52 + 1,
  -(2 ** 52) - 1,
  2 ** 53 - 1,
  -(2 ** 53) + 1,
]
const FRACTIONS = [0.1, -0.1, 1e-9, 1e-10, Math.PI, 5e-324, 1.7976931348623157e308, Infinity, -Infinity, 2 ** 53, 1e300]

/** Makers of values, one for each way in which a column of them may be stored. */
const MAKERS: readonly ((random: Random) => Value)[] = [
  (random) => random() < 0.5,
  (random) => below(random, 1000),
  (random) => pick(random, [12, 70_000, ID_END - 1]),
  (random) => (below(random, 2 ** 26) - 2 ** 25) * 2 ** 27,
  (random) => pick(random, EXTREMES),
  (random) => pick(random, [...EXTREMES, ...FRACTIONS]),
  (random) => below(random, 100_000) / 100,
  (random) => random() * 10 ** below(random, 20),
  (random) => BigInt(pick(random, EXTREMES)) ** BigInt(below(random, 40)),
  (random) => stringValue(`SKU-${below(random, 5000)}`),
  (random) => stringValue(text(random, 20)),
  (random) => stringValue(pick(random, ['', 'Ivan', 'Petr', 'x'.repeat(3000)])),
  (random) => Tag.keyword + pick(random, [':a', ':b/c', ':\ud800', ':\udc00\ud800']),
  (random) => keywordValue(text(random, 3)),
  (random) => instantValue(1_700_000_000_000 + below(random, 1e9)),
  (random) =>
    instantValue((random() - 0.5) * 8e15 - ((random() - 0.5) % 1) > 0 ? below(random, 8e15) : -below(random, 8e15)),
  (random) => Tag.uuid + uuid(random),
  (random) => `${Tag.bigdec}2${String(50_000 + below(random, 9))}${below(random, 1e6)}`,
  (random) => bytesValue(Uint8Array.from({ length: below(random, 40) }, () => below(random, 256))),
  (random) => tupleValue([below(random, 9), stringValue(text(random, 2)), null], ':t/tuple'),
]

/**
 * `n` rows in this order, every kind of value among them; of few attributes or of many, of one kind each or of all
 * kinds mixed, as the seed will have it.
 */
export function randomRows(seed: number, n: number, order: Order, past: boolean): Rows {
  const random = randomFrom(seed)
  const attributes = pick(random, [1, 3, 12, 400])
  const entities = pick(random, [3, n, ID_END])
  const transactions = pick(random, [1, 50, 2 ** 28])
  const mixed = random() < 0.3
  const shift = below(random, MAKERS.length)
  const out = new RowsBuilder(past)
  for (let i = 0; i < n; i++) {
    const a = below(random, attributes)
    const make = mixed ? pick(random, MAKERS) : (MAKERS[(a + shift) % MAKERS.length] as (random: Random) => Value)
    const tx = TX_BASE + below(random, transactions)
    out.push(below(random, entities), a * pick(random, [1, 1, 2 ** 20]), make(random), tx, tx + 1 + below(random, 1000))
  }
  return sortRows(order, out.done())
}

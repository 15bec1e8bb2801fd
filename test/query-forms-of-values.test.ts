import { beforeAll, describe, expect, it } from 'vitest'
import type { Db } from '../src/db/db.ts'
import type { Batch } from '../src/db/scan.ts'
import { query } from '../src/query/query.ts'
import { placeColumn } from '../src/query/row-tests.ts'
import { Place } from '../src/query/step.ts'
import { formOf } from '../src/query/value-form.ts'
import { asOf, type Fact, history, say, world } from './pull/world.ts'
import { plainEnv } from './query/env.ts'

/*
 * Values that are looked at again are kept as small integers or numbers of few different values (`value-form.ts`): the answers
 * stay what they were at the first look, on which none of this is there yet.
 */
const N = 1200
const env = plainEnv()

/** Few or many different values of a type, small integers or not, and both among the values of one attribute. */
const VALUES = {
  few: { type: 'string', of: (i: number) => `s${i % 7}` },
  many: { type: 'string', of: (i: number) => `s${i % 300}` },
  small: { type: 'long', of: (i: number) => i % 11 },
  large: { type: 'long', of: (i: number) => (i % 5) * 2 ** 33 },
  mixed: { type: 'long', of: (i: number) => (i < N - 3 ? i % 13 : 2 ** 40 + i) },
  half: { type: 'double', of: (i: number) => (i % 9) / 2 },
  flag: { type: 'boolean', of: (i: number) => i % 3 === 0 },
  big: { type: 'bigint', of: (i: number) => BigInt(i % 4) },
  word: { type: 'keyword', of: (i: number) => `:w/${i % 5}` },
  edge: { type: 'long', of: (i: number) => EDGES[i % EDGES.length] as number },
} as const
const EDGES = [-(2 ** 31), -(2 ** 31) + 1, -1, 0, 1, 2 ** 31 - 2, 2 ** 31 - 1]

const names = Object.keys(VALUES) as (keyof typeof VALUES)[]
let db: Db

beforeAll(async () => {
  const facts = names.flatMap((name) =>
    Array.from({ length: N }, (_, i): Fact[] => (i % 17 === 0 ? [] : [[5000 + i, name, VALUES[name].of(i)]])).flat(),
  )
  db = await world(Object.fromEntries(names.map((name) => [name, { type: VALUES[name].type }])), facts)
})

const asked = (name: keyof typeof VALUES): [string, unknown[]][] => [
  [`[:find ?e ?v :where [?e :${name} ?v]]`, []],
  [`[:find ?e ?v :where [?e :few "s3"] [?e :${name} ?v]]`, []],
  [`[:find ?e :in $ ?v :where [?e :${name} ?v]]`, [VALUES[name].of(3)]],
  [`[:find ?e :in $ ?v :where [?e :${name} ?v]]`, [VALUES[name].of(N - 1)]],
  [`[:find ?e ?f :in $ ?v :where [?e :few ?f] [?e :${name} ?v]]`, [VALUES[name].of(3)]],
  [`[:find ?e :in $ ?v :where [?e :few] (not [?e :${name} ?v])]`, [VALUES[name].of(5)]],
  [`[:find ?v (count ?e) :where [?e :${name} ?v]]`, []],
  [`[:find ?v (count ?f) :with ?e :where [?e :${name} ?v] [?e :few ?f]]`, []],
  [`[:find ?f (min ?v) (max ?v) :where [?e :few ?f] [?e :${name} ?v]]`, []],
  [`[:find ?e ?x :where [?e :${name} ?v] [?x :${name} ?v] [?x :few "s1"] [?e :few "s2"] [?e :small 4]]`, []],
]

const sorted = (rows: unknown): string[] => (rows as unknown[][]).map((row) => row.map(String).join()).sort()
const answer = async (of: Db, q: string, inputs: unknown[]) => sorted(await query(of, q, inputs, env))

const COMPARISONS: Readonly<Record<string, (v: number, c: number) => boolean>> = {
  '<': (v, c) => v < c,
  '<=': (v, c) => v <= c,
  '>': (v, c) => v > c,
  '>=': (v, c) => v >= c,
  '=': (v, c) => v === c,
  '!=': (v, c) => v !== c,
}

/** What the entities' numbers alone tell. */
const numbers = Array.from({ length: N }, (_, i) => i).filter((i) => i % 17 !== 0)

describe('the form of values', () => {
  it.each(names)('of %s changes no answer', async (name) => {
    for (const [q, inputs] of asked(name)) {
      const first = await answer(db, q, inputs)
      for (let look = 2; look <= 4; look++) expect(await answer(db, q, inputs), `${q}, look ${look}`).toEqual(first)
    }
    const { of } = VALUES[name]
    const equal = numbers.filter((i) => of(i) === of(3)).map((i) => [5000 + i])
    expect(await answer(db, `[:find ?e :in $ ?v :where [?e :${name} ?v]]`, [of(3)])).toEqual(sorted(equal))
  })

  it.each(['edge', 'small', 'large', 'mixed', 'half'] as const)(
    'lets of %s pass what the comparison says',
    async (name) => {
      const { of } = VALUES[name]
      for (const [sign, holds] of Object.entries(COMPARISONS)) {
        for (const c of [...EDGES, -(2 ** 31) - 1, 2 ** 31, 2 ** 40, 3, 3.5, -0.5, 1e300, -1e300]) {
          const q = `[:find ?e :in $ ?c :where [?e :${name} ?v] [(${sign} ?v ?c)]]`
          const passing = sorted(numbers.filter((i) => holds(of(i), c)).map((i) => [5000 + i]))
          for (let look = 1; look <= 3; look++)
            expect(await answer(db, q, [c]), `${q} ${c}, look ${look}`).toEqual(passing)
        }
      }
    },
  )

  it('is that of the value at hand, now and then', async () => {
    const of = (i: number): Fact => [5000 + i, 'few', 'other']
    const later = await say(db, numbers.slice(100, 300).map(of))
    const q = '[:find ?e :in $ ?v :where [?e :few ?v]]'
    const others = sorted(numbers.slice(100, 300).map((i) => [5000 + i]))
    for (let look = 1; look <= 3; look++) {
      expect(await answer(later, q, ['other'])).toEqual(others)
      expect(await answer(db, q, ['other'])).toEqual([])
      expect(await answer(asOf(later, db.basisT), q, ['other'])).toEqual([])
      expect(await answer(asOf(later, db.basisT), q, ['s1'])).toEqual(await answer(db, q, ['s1']))
      expect(await answer(history(later), '[:find ?e :in $ ?v :where [?e :few ?v _ true]]', ['other'])).toEqual(others)
    }
  })
})

it('makes values of the operations of a history once, however often a join comes back to them', () => {
  const batch = { added: Uint8Array.of(1, 0, 1), start: 0, end: 3 } as Batch
  const column = placeColumn(batch, Place.op)
  expect(column).toEqual([true, false, true])
  expect(placeColumn({ ...batch, start: 1 }, Place.op)).toBe(column)
})

it('numbers values only where at most half of them differ', () => {
  const formOfDistinct = (most: number) => {
    const v = Array.from({ length: 200 }, (_, i) => `s${i % most}`)
    const same = new Int32Array(200)
    const batch: Batch = { start: 0, end: 200, e: same, a: same, v, tx: same, added: undefined }
    formOf(batch)
    return formOf(batch)
  }
  expect(formOfDistinct(100)).toMatchObject({ list: { length: 100 } })
  expect(formOfDistinct(101)).toBeNull()
})

import { expect, it } from 'vitest'
import { query } from '../src/query/query.ts'
import { asOf, type Fact, history, say, world } from './pull/world.ts'
import { plainEnv } from './query/env.ts'

/* Texts of an input are sought in the index, where they are few among many. */
const env = plainEnv()
const N = 900
const TYPES = { string: 'string', keyword: 'keyword', uuid: 'uuid' } as const
type Kind = keyof typeof TYPES

/** Every third value twice; strings that the engine has to escape among them. */
const VALUES: Record<Kind, (i: number) => string> = {
  string: (i) => (i % 50 === 0 ? `\u0001${i}` : `text ${i - (i % 3 === 1 ? 1 : 0)}`),
  keyword: (i) => `:k/w${i - (i % 3 === 1 ? 1 : 0)}`,
  uuid: (i) => `00000000-0000-4000-8000-${(i - (i % 3 === 1 ? 1 : 0)).toString(16).padStart(12, '0')}`,
}
const schema = Object.fromEntries(
  (Object.keys(TYPES) as Kind[]).map((kind) => [kind, { type: kind, index: true as const }]),
)
const entities = Array.from({ length: N }, (_, i) => i)
const said = (kind: Kind): Fact[] => entities.map((i) => [5000 + i, kind, VALUES[kind](i)])

const pairs = (rows: unknown): string[] => (rows as unknown[][]).map(String).sort()

it.each(Object.keys(TYPES) as Kind[])('finds each of a few %s, as often as it is there', async (kind) => {
  const db = await world(schema, said(kind))
  const value = VALUES[kind]
  const asked = [850, 0, 3, 4, 50, 400, 401, 899, 77, 5 * N].map(value)
  const holders = (of: readonly number[]): string[] =>
    of.filter((i) => asked.includes(value(i))).map((i) => `${5000 + i},${value(i)}`)
  const q = `[:find ?e ?v :in $ [?v ...] :where [?e :${kind} ?v]]`
  expect(pairs(await query(db, q, [asked], env))).toEqual(holders(entities).sort())
  const some = `[:find ?e ?v :in $ [?v ...] [?e ...] :where [?e :${kind} ?v]]`
  expect(pairs(await query(db, some, [asked, [5003, 5050, 5051]], env))).toEqual(holders([3, 50, 51]).sort())

  const later = await say(db, [
    [5003, kind, value(3), false],
    [5003, kind, value(2 * N)],
  ])
  const now = entities.filter((i) => i !== 3)
  expect(pairs(await query(later, q, [asked], env))).toEqual(holders(now).sort())
  expect(pairs(await query(asOf(later, db.basisT), q, [asked], env))).toEqual(holders(entities).sort())
  const ever = `[:find ?e ?v ?op :in $ [?v ...] :where [?e :${kind} ?v _ ?op]]`
  const gone = `5003,${value(3)},false`
  expect(pairs(await query(history(later), ever, [asked], env))).toEqual(
    [...holders(entities).map((row) => `${row},true`), gone].sort(),
  )
})

it('finds nothing where what is asked for is no text', async () => {
  const others: Fact[] = [
    [1, 'half', 3.5],
    [2, 'half', 12],
    [3, 'word', ':text'],
    [4, 'word', ':word'],
  ]
  const db = await world({ ...schema, half: { type: 'double' }, word: { type: 'keyword' } }, [
    ...said('string'),
    ...others,
  ])
  for (const other of ['half', 'word']) {
    const q = `[:find ?x ?e :where [?x :${other} ?v] [?e :string ?v]]`
    expect(await query(db, q, [], env)).toEqual([])
  }
  const q = '[:find ?e :in $ [?v ...] :where [?x :half] [?e :string ?v]]'
  expect(pairs(await query(db, q, [['12', 'text 12', '3.5']], env))).toEqual(['5012', '5013'])
})

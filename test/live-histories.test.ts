import { expect, it, onTestFinished, vi } from 'vitest'
import type { AnnalsError } from '../src/base/errors.ts'
import { type Connection, type Db, type LiveQuery, memory, open } from '../src/engine.ts'
import { seedsOf } from './support/seeds.ts'
import { randomForms, shopSchema } from './support/shop-history.ts'
import { seededRandom } from './support/simulation/random.ts'

const STEPS = 40
/** Long enough for any machine: a live answer that is wrong stays wrong. */
const patience = { timeout: 30_000, interval: 2 }
const known = '[[(known ?a ?b) [?a :p/knows ?b]] [(known ?a ?b) [?a :p/knows ?x] (known ?x ?b)]]'
const wanted = ['p/name', 'p/age', { 'p/parts': ['p/note'] }]

/** Queries and inputs. `old` is a value from before. Ordered ones name all that tells their rows apart. */
const questions = (old: Db): Record<string, readonly [string, ...unknown[]]> => ({
  'the first by an indexed value': ['[:find ?a ?n :where [?e :p/age ?a] [?e :p/name ?n] :order-by [?a ?n] :limit 5]'],
  'the last but some': [
    '[:find ?n ?a :where [?e :p/age ?a] [?e :p/name ?n] :order-by [[?a :desc] ?n] :limit 4 :offset 2]',
  ],
  'the first of some': [
    '[:find ?a ?n :where [?e :p/age ?a] [?e :p/knows ?f] [?f :p/name ?n] :order-by [?a ?n] :limit 3]',
  ],
  'few of many': ['[:find ?n ?a :where [?e :p/age ?a] [?e :p/name ?n] :order-by [?a ?n] :limit 2]'],
  'by what is no index': [
    '[:find ?n ?s :keys name seen :where [?e :p/name ?n] [?e :p/seen ?s] :order-by [[?s :desc] ?n] :limit 4 :offset 1]',
  ],
  'by the entity': ['[:find ?e ?a :where [?e :p/age ?a] :order-by [?a ?e] :limit 6]'],
  'who knows one': [
    '[:find ?n :in $ ?who :where [?e :p/knows ?who] [?e :p/name ?n] :order-by ?n :limit 3]',
    ['p/name', 'n3'],
  ],
  'whoever is known, by name': ['[:find ?n ?k :where [?e :p/name ?n] [?e :p/knows ?k] :order-by [?n ?k] :limit 5]'],
  'all, as objects': ['[:find ?n ?s :keys name seen :where [?e :p/name ?n] [?e :p/seen ?s]]'],
  'over a ref': ['[:find ?n ?m :where [?e :p/knows ?f] [?e :p/name ?n] [?f :p/name ?m]]'],
  'a sum': ['[:find (sum ?a) . :with ?e :where [?e :p/age ?a]]'],
  'the least': ['[:find (min ?a) . :where [?e :p/age ?a]]'],
  groups: ['[:find ?a (count ?e) :where [?e :p/age ?a]]'],
  'what is missing': ['[:find [?n ...] :where [?e :p/name ?n] (not [?e :p/age])]'],
  'a default': ['[:find ?n ?x :where [?e :p/name ?n] [(get-else $ ?e :p/age -1) ?x]]'],
  'whoever is known': ['[:find [?m ...] :in $ % ?n :where [?e :p/name ?n] (known ?e ?f) [?f :p/name ?m]]', known, 'n1'],
  'one fact': ['[:find ?a . :in $ ?n :where [?e :p/name ?n] [?e :p/age ?a]]', 'n2'],
  'of a list': ['[:find ?n ?a :in $ [?n ...] :where [?e :p/name ?n] [?e :p/age ?a]]', ['n1', 'n3', 'n99']],
  'what an entity says': ['[:find ?k ?v :where [?e :p/name "n1"] [?e ?at ?v] [?at :db/ident ?k]]'],
  'since then': ['[:find ?n :in $ $old :where [?e :p/age ?a] [?e :p/name ?n] (not [$old ?e :p/age ?a])]', old],
  'with what is pulled': ['[:find ?n (pull ?e ?wanted) :in $ ?wanted :where [?e :p/name ?n]]', wanted],
})

/** Rows in an order of their own where the query asks for none. */
function canonical(data: unknown, isOrdered: boolean): unknown {
  if (!Array.isArray(data) || isOrdered) return data
  return [...data].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

/** What is shown: the answer, or the code of an error. */
function shownBy(live: LiveQuery<unknown>): unknown {
  const snapshot = live.getSnapshot()
  return snapshot.status === 'error' ? snapshot.error.code : snapshot.status === 'ready' ? snapshot.data : 'nothing yet'
}
const codeOf = (e: unknown): unknown => (e as AnnalsError).code

/** Requires of rows that are equal to one of those before that they are the same. */
function checkKept(before: unknown, after: unknown): void {
  if (!Array.isArray(before) || !Array.isArray(after)) return
  const had = new Map(before.map((row) => [JSON.stringify(row), row]))
  for (const row of after) expect(row).toBe(had.get(JSON.stringify(row)) ?? row)
}

/** One more step of a history, on one of two connections, of which `own` is that of the live queries. */
async function step(own: Connection, other: Connection, ids: string[], random: () => number): Promise<void> {
  const conn = random() < 0.7 ? own : other
  const chance = random()
  const said = ids.at(-1)
  if (chance < 0.1 && said !== undefined) await conn.undo(ids.splice(Math.floor(random() * ids.length), 1)[0] as string)
  else if (chance < 0.13)
    await conn.transact([
      { 'db/ident': ':p/later', 'db/valueType': ':db.type/long', 'db/cardinality': ':db.cardinality/one' },
    ])
  else if (chance < 0.16)
    await conn.transact([{ 'db/id': ':p/note', 'db/ident': random() < 0.5 ? ':p/note' : ':p/text' }])
  else if (chance < 0.18) await conn.excise(['p/name', 'n0'])
  else ids.push((await conn.transact(randomForms(random) as unknown[])).id)
}

it.each(seedsOf(5))(
  'live answers are what the query says now, whatever happened: seed %i',
  async (seed) => {
    const random = seededRandom(seed)
    const storage = memory()
    const connect = () => open('histories', { storage, schema: shopSchema, indexing: { novelty: 40, segmentRows: 16 } })
    const [own, other] = [await connect(), await connect()]
    onTestFinished(async () => {
      await Promise.all([own.close(), other.close()])
    })
    const ids: string[] = []
    for (let i = 0; i < 10; i++)
      ids.push((await own.transact(randomForms(random) as unknown[]).catch(() => undefined))?.id ?? '')
    const asked = questions(own.db())
    const lives = Object.entries(asked).map(([name, [query, ...inputs]]) => {
      const live = own.live(query, inputs)
      live.subscribe(() => undefined)
      return { name, query, inputs, live, before: undefined as unknown }
    })
    const pulled = own.livePull(['*'], ['p/name', 'n1'])
    pulled.subscribe(() => undefined)

    for (let i = 0; i < STEPS; i++) {
      await step(own, other, ids, random).catch(() => undefined) // what is refused changes nothing
      await vi.waitFor(() => expect(own.db().basisT).toBe(other.db().basisT), patience)
      const db = own.db()
      for (const one of lives) {
        const { name, query, inputs, live } = one
        const isOrdered = query.includes(':order-by')
        const now = canonical(await db.q(query, inputs).catch(codeOf), isOrdered)
        await vi.waitFor(
          () => expect(canonical(shownBy(live), isOrdered), `${name}, seed ${seed}, step ${i}`).toEqual(now),
          patience,
        )
        checkKept(one.before, shownBy(live))
        one.before = shownBy(live)
      }
      const wild = await db.pull(['*'], ['p/name', 'n1'])
      await vi.waitFor(() => expect(shownBy(pulled), `a pull, seed ${seed}, step ${i}`).toEqual(wild), patience)
    }
  },
  120_000,
)

const ITEMS = 120
const inOrder = '[:find ?n ?a :where [?e :p/age ?a] [?e :p/name ?n] :order-by ?a'

it.each(seedsOf(5))(
  'the first of many rows, equal ones too, are as many as the query says, and none twice: seed %i',
  async (seed) => {
    const random = seededRandom(seed)
    const below = (n: number): number => Math.floor(random() * n)
    const conn = await open('ties', {
      storage: memory(),
      schema: shopSchema,
      indexing: { novelty: 40, segmentRows: 16 },
    })
    onTestFinished(() => conn.close())
    const length = 40 + below(ITEMS - 40)
    await conn.transact(Array.from({ length }, (_, i) => ({ 'p/name': `n${i}`, 'p/age': below(30) })))
    const live = conn.live<[string, number][]>(`${inOrder} :limit 4 :offset 1]`)
    live.subscribe(() => undefined)
    for (let i = 0; i < 2 * ITEMS; i++) {
      const all = await conn.db().q<[string, number][]>(`${inOrder}]`)
      await vi.waitFor(() => {
        const shown = shownBy(live) as [string, number][]
        expect(
          shown.map(([, age]) => age),
          `seed ${seed}, step ${i}`,
        ).toEqual(all.slice(1, 5).map(([, age]) => age))
        expect(all).toEqual(expect.arrayContaining(shown))
        expect(new Set(shown.map(([name]) => name)).size).toBe(shown.length)
      }, patience)
      // those that come first go, most of the time: until more have gone than were kept beyond them
      const [first = 'n0'] = random() < 0.7 ? (all[below(Math.min(6, all.length))] ?? []) : [`n${below(ITEMS)}`]
      const isGone = random() < 0.6
      await conn
        .transact(isGone ? [[':db/retractEntity', ['p/name', first]]] : [{ 'p/name': first, 'p/age': below(40) }])
        .catch(() => undefined)
    }
  },
  120_000,
)

it('the first rows are right where others came before them, came between, and went', async () => {
  const conn = await open('bound', { storage: memory(), schema: shopSchema })
  onTestFinished(() => conn.close())
  const live = conn.live<[string, number][]>(`${inOrder} :limit 3]`)
  live.subscribe(() => undefined)
  const shows = async (): Promise<void> => {
    const first = await conn.db().q(`${inOrder} :limit 3]`)
    await vi.waitFor(() => expect(shownBy(live)).toEqual(first), patience)
  }
  const say = async (age: number): Promise<void> => {
    await conn.transact([{ 'p/name': `n${age}`, 'p/age': age }])
    await shows()
  }
  await conn.transact(Array.from({ length: 120 }, (_, i) => ({ 'p/name': `n${1000 + i}`, 'p/age': 1000 + i })))
  await shows()
  for (let age = 500; age > 400; age--) await say(age) // more than are kept
  for (let age = 900; age > 890; age--) await say(age) // beyond those that are kept now, before those that were
  for (let age = 401; age <= 500; age++) {
    await conn.transact([[':db/retractEntity', ['p/name', `n${age}`]]])
    await shows()
  }
})

it('a question that nobody listened to for a while hears what was said meanwhile', async () => {
  const conn = await open('again', { storage: memory(), schema: shopSchema })
  onTestFinished(() => conn.close())
  await conn.transact([1, 2, 3, 4].map((age) => ({ 'p/name': `n${age}`, 'p/age': age })))
  const live = conn.live<[string, number][]>(`${inOrder} :limit 2]`)
  const stop = live.subscribe(() => undefined)
  await vi.waitFor(() => expect(shownBy(live)).toHaveLength(2), patience)
  await conn.transact([{ 'p/name': 'n5', 'p/age': 0 }])
  await vi.waitFor(
    () =>
      expect(shownBy(live)).toEqual([
        ['n5', 0],
        ['n1', 1],
      ]),
    patience,
  )
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    stop()
    vi.runAllTimers() // it is forgotten
  } finally {
    vi.useRealTimers()
  }
  await conn.transact([{ 'p/name': 'n6', 'p/age': -1 }])
  live.subscribe(() => undefined)
  await vi.waitFor(
    () =>
      expect(shownBy(live)).toEqual([
        ['n6', -1],
        ['n5', 0],
      ]),
    patience,
  )
})

it('what is asked of no entity by name is asked anew', async () => {
  const conn = await open('nobody', { storage: memory(), schema: shopSchema })
  onTestFinished(() => conn.close())
  const lives = [
    conn.live('[:find ?n :in $ ?n :where [_ :p/name ?n] :order-by ?n :limit 1]', ['a']),
    conn.live('[:find ?n :where [:p/age :p/name ?n] :order-by ?n :limit 5]'),
  ]
  for (const live of lives) live.subscribe(() => undefined)
  await conn.transact([{ 'p/name': 'a' }])
  await vi.waitFor(() => expect(lives.map(shownBy)).toEqual([[['a']], []]), patience)
  await conn.transact([[':db/add', ':p/age', 'p/name', 'age'], { 'p/name': 'b' }])
  await vi.waitFor(() => expect(lives.map(shownBy)).toEqual([[['a']], [['age']]]), patience)
})

it('what a question names may come to be another', async () => {
  const conn = await open('named', { storage: memory(), schema: shopSchema })
  onTestFinished(() => conn.close())
  const name = (id: string, is: string) => ({ 'db/id': id, 'p/name': is })
  await conn.transact([name('a', 'a'), name('b', 'b'), name('c', 'c')])
  const id = async (is: string) => (await conn.db().entid(['p/name', is])) as number
  const [a, b, c] = [await id('a'), await id('b'), await id('c')]
  await conn.transact([
    [':db/add', c, 'p/knows', a],
    [':db/add', a, 'p/knows', b],
  ])
  const live = conn.live('[:find ?n :in $ ?who :where [?e :p/knows ?who] [?e :p/name ?n] :order-by ?n :limit 3]', [
    ['p/name', 'a'],
  ])
  live.subscribe(() => undefined)
  await vi.waitFor(() => expect(shownBy(live)).toEqual([['c']]), patience)
  await conn.transact([[':db/add', a, 'p/name', 'd']])
  await conn.transact([[':db/add', b, 'p/name', 'a']])
  await vi.waitFor(() => expect(shownBy(live)).toEqual([['d']]), patience)
})

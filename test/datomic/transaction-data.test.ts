import { describe, expect, it } from 'vitest'
import { example, refused, said, values } from '../support/example.ts'

/** docs.datomic.com/transactions/transaction-data-reference.html, rule by rule. */
const schema = {
  'p/email': { type: 'string', unique: 'identity' },
  'p/name': { type: 'string' },
  'p/age': { type: 'long' },
  'p/nicks': { type: 'string', many: true },
  'p/friends': { type: 'ref', many: true },
  'p/spouse': { type: 'ref' },
  'p/mood': { type: 'ref', idents: [':mood/good', ':mood/bad'] },
  'o/lines': { type: 'ref', many: true, component: true },
  'o/first': { type: 'ref', component: true },
  'l/product': { type: 'ref' },
  'l/quantity': { type: 'long' },
} as const

describe('forms', () => {
  it('a transaction is a set: the order of its forms does not matter', async () => {
    const forms = [
      [':db/add', 'x', 'p/email', 'a'],
      [':db/add', 'x', 'p/friends', 'y'],
      { 'db/id': 'y', 'p/email': 'b', 'p/age': 5 },
    ]
    const one = await example(schema)
    const other = await example(schema)
    await one.transact(forms)
    await other.transact([...forms].reverse())
    const facts = '[:find ?m ?f ?age :where [?e :p/email ?m] [?e :p/friends ?y] [?y :p/email ?f] [?y :p/age ?age]]'
    expect(await one.db().q(facts)).toEqual([['a', 'b', 5]])
    expect(await other.db().q(facts)).toEqual([['a', 'b', 5]])
  })

  it('EDN text and data are one', async () => {
    const conn = await example(schema)
    await conn.transact(
      '[{:db/id "x" :p/email "a" :p/nicks ["n" "m"] :p/friends [{:p/email "b"}]} [:db/add "x" :p/mood :mood/good]]',
    )
    const same = await conn.transact([
      { 'p/email': 'a', 'p/nicks': ['m', 'n'], 'p/friends': [['p/email', 'b']], 'p/mood': ':mood/good' },
    ])
    expect(said(same)).toEqual([])
  })

  it('EDN lists stand wherever vectors may, and sets for several values', async () => {
    const conn = await example({
      ...schema,
      'p/point': { type: 'tuple', tupleType: 'long' },
      'p/points': { type: 'tuple', tupleType: 'long', many: true },
      'p/met': { type: 'tuple', tupleTypes: ['ref', 'long'] },
      'p/of': { type: 'ref', unique: 'identity' },
    })
    await conn.transact('({:p/email "a" :p/nicks ("n" "m")} (:db/add "x" :p/email "b"))')
    const same = await conn.transact('[(:db/add (:p/email "a") :p/nicks "n") {:p/email "a" :p/nicks #{"m" "n"}}]')
    expect(said(same)).toEqual([])
    await conn.transact('[{:p/email "c" :p/point (1 2) :p/spouse (:p/email "b") :p/_friends ((:p/email "a"))}]')
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((x) => conn.db().entid(['p/email', x])))
    expect(await values(conn, c)).toEqual(['c', b, [1, 2]])
    expect(await values(conn, a, 'p/friends')).toEqual([c])
    await conn.transact('[{:p/email "d" :p/points ((1 2) [3 4]) :p/met ((:p/email "a") 5) :p/of (:p/email "a")}]')
    const d = await conn.db().entid(['p/email', 'd'])
    expect(await values(conn, d)).toEqual(['d', [1, 2], [3, 4], [a, 5], a])
    expect(await conn.db().q('[:find ?n . :where [[:p/of (:p/email "a")] :p/email ?n]]')).toBe('d')
    await expect(conn.transact('[{:p/email ("a" "b")}]')).rejects.toThrow('got a list of 2')
  })

  it('a map form is the list forms of its entries', async () => {
    const conn = await example(schema)
    const r = await conn.transact([{ 'db/id': 'x', 'p/email': 'a', 'p/age': 1, 'p/nicks': ['n'] }])
    const again = await conn.transact([
      [':db/add', r.tempids.x, 'p/email', 'a'],
      [':db/add', r.tempids.x, 'p/age', 1],
      [':db/add', r.tempids.x, 'p/nicks', 'n'],
    ])
    expect(said(again)).toEqual([])
  })

  it('a map without db/id is a new entity', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'p/name': 'n' }, { 'p/name': 'n' }])
    expect(await conn.db().q('[:find (count ?e) . :where [?e :p/name "n"]]')).toBe(2)
  })

  it('several values of an attribute with many are given as a list, or one by itself', async () => {
    const conn = await example(schema)
    await conn.transact([
      { 'p/email': 'a', 'p/nicks': ['x', 'y'] },
      { 'p/email': 'b', 'p/nicks': 'z' },
    ])
    expect(await values(conn, ['p/email', 'a'], 'p/nicks')).toEqual(['x', 'y'])
    expect(await values(conn, ['p/email', 'b'], 'p/nicks')).toEqual(['z'])
  })

  it('an attribute is named by ident or by id', async () => {
    const conn = await example(schema)
    const a = await conn.db().entid(':p/age')
    const r = await conn.transact([[':db/add', 'x', a, 7]])
    expect(await values(conn, r.tempids.x, 'p/age')).toEqual([7])
  })

  it('what is neither list nor map, or misses its parts, is refused', async () => {
    const conn = await example(schema)
    for (const form of [5, 'text', null, [], {}, [':db/add', 'x', 'p/age'], [':db/retractEntity'], [7, 'x']]) {
      await refused(conn, [form], 'tx/malformed')
    }
  })
})

describe('entities', () => {
  it('are named by id, ident, lookup ref and tempid', async () => {
    const conn = await example(schema)
    const r = await conn.transact([{ 'db/id': 'x', 'p/email': 'a' }])
    await conn.transact([
      [':db/add', r.tempids.x, 'p/nicks', 'by id'],
      [':db/add', ['p/email', 'a'], 'p/nicks', 'by lookup ref'],
      [':db/add', ':mood/good', 'db/doc', 'by ident'],
    ])
    expect(await values(conn, ['p/email', 'a'], 'p/nicks')).toEqual(['by id', 'by lookup ref'])
    expect(await values(conn, ':mood/good', 'db/doc')).toEqual(['by ident'])
  })

  it('of one tempid are one within a transaction, and different between transactions', async () => {
    const conn = await example(schema)
    const one = await conn.transact([
      [':db/add', 'x', 'p/name', 'n'],
      [':db/add', 'x', 'p/age', 1],
    ])
    const two = await conn.transact([[':db/add', 'x', 'p/name', 'n']])
    expect(await values(conn, one.tempids.x)).toEqual(['n', 1])
    expect(two.tempids.x).not.toBe(one.tempids.x)
  })

  it('a tempid resolves to the entity that has a unique identity value', async () => {
    const conn = await example(schema)
    const one = await conn.transact([{ 'db/id': 'x', 'p/email': 'a', 'p/age': 1 }])
    const two = await conn.transact([{ 'db/id': 'y', 'p/email': 'a', 'p/age': 2 }])
    expect(two.tempids.y).toBe(one.tempids.x)
    expect(said(two)).toEqual([
      [1, false],
      [2, true],
    ])
  })

  it('only those that something is said about can be referred to by a tempid', async () => {
    const conn = await example(schema)
    await refused(conn, [[':db/add', 'x', 'p/friends', 'nobody']], 'tx/tempid-unused')
    await refused(conn, [[':db/retract', 'x', 'p/age', 1]], 'tx/tempid-unused')
  })

  it('a lookup ref reads the database before', async () => {
    const conn = await example(schema)
    await refused(conn, [{ 'p/email': 'a' }, [':db/add', ['p/email', 'a'], 'p/age', 1]], 'entity/unknown')
    await refused(conn, [[':db/add', ['p/name', 'a'], 'p/age', 1]], 'entity/bad-id')
  })

  it('datomic.tx is the transaction itself, which anything can be said about', async () => {
    const conn = await example(schema)
    const r = await conn.transact([
      [':db/add', 'datomic.tx', 'db/doc', 'why'],
      { 'p/email': 'a', 'p/friends': 'datomic.tx' },
    ])
    expect(r.tempids).toEqual({ 'datomic.tx': r.tx })
    expect(await values(conn, r.tx, 'db/doc')).toEqual(['why'])
    expect(await values(conn, ['p/email', 'a'], 'p/friends')).toEqual([r.tx])
    await conn.transact([[':db/add', r.tx, 'p/age', 4]])
    expect(await values(conn, r.tx, 'p/age')).toEqual([4])
  })
})

describe('nested maps', () => {
  it('make components, as deep as it goes', async () => {
    const conn = await example(schema)
    await conn.transact([
      {
        'db/id': 'o',
        'o/lines': [{ 'l/quantity': 1 }, { 'l/quantity': 2, 'o/first': { 'l/quantity': 3 } }],
      },
    ])
    const pulled = '[:find (pull ?o [{:o/lines [:l/quantity {:o/first [:l/quantity]}]}]) . :where [?o :o/lines]]'
    const found = await conn.db().q<{ 'o/lines': { 'l/quantity': number }[] }>(pulled)
    const lines = [...found['o/lines']].sort((x, y) => x['l/quantity'] - y['l/quantity'])
    expect(lines).toEqual([{ 'l/quantity': 1 }, { 'l/quantity': 2, 'o/first': { 'l/quantity': 3 } }])
  })

  it('under a plain ref must be identified, and are upserted', async () => {
    const conn = await example(schema)
    await refused(conn, [{ 'p/email': 'a', 'p/friends': [{ 'p/age': 1 }] }], 'tx/nested-without-identity')
    const r = await conn.transact([{ 'db/id': 'b', 'p/email': 'b' }])
    await conn.transact([{ 'p/email': 'a', 'p/friends': [{ 'p/email': 'b', 'p/age': 1 }, { 'p/email': 'c' }] }])
    expect(await values(conn, ['p/email', 'a'], 'p/friends')).toContain(r.tempids.b)
    expect(await values(conn, r.tempids.b)).toEqual(['b', 1])
  })
})

describe('reverse attributes', () => {
  it('in a map say who points here: a ref, a list of them, or a nested map', async () => {
    const conn = await example(schema)
    const r = await conn.transact([{ 'db/id': 'a', 'p/email': 'a' }, { 'p/email': 'b' }])
    await conn.transact([
      { 'db/id': ['p/email', 'a'], 'p/age': 1, 'p/_friends': [['p/email', 'b'], 'c'] },
      { 'db/id': 'c', 'p/email': 'c' },
      { 'p/email': 'd', 'p/_spouse': ['p/email', 'b'] },
      { 'p/email': 'e', 'p/_friends': { 'p/email': 'f' } },
    ])
    const who = '[:find [?m ...] :in $ ?of :where [?e :p/friends ?x] [?x :p/email ?of] [?e :p/email ?m]]'
    expect(((await conn.db().q(who, ['a'])) as string[]).sort()).toEqual(['b', 'c'])
    expect(await conn.db().q(who, ['e'])).toEqual(['f'])
    expect(await values(conn, ['p/email', 'b'], 'p/friends')).toEqual([r.tempids.a])
    expect(await values(conn, ['p/email', 'b'], 'p/spouse')).toEqual([await conn.db().entid(['p/email', 'd'])])
  })

  it('are for refs only', async () => {
    const conn = await example(schema)
    await refused(conn, [{ 'p/email': 'a', 'p/_age': 'x' }], 'tx/malformed')
  })
})

describe('what is added', () => {
  it('nothing twice: a fact that holds is not said again, and keeps its transaction', async () => {
    const conn = await example(schema)
    const one = await conn.transact([{ 'p/email': 'a', 'p/age': 1 }])
    const two = await conn.transact([{ 'p/email': 'a', 'p/age': 1 }])
    expect(said(two)).toEqual([])
    const [age] = await conn.db().datoms('eavt', ['p/email', 'a'], 'p/age')
    expect(age?.tx).toBe(one.tx)
  })

  it('one fact said twice in one transaction is one datom', async () => {
    const conn = await example(schema)
    const r = await conn.transact([
      [':db/add', 'x', 'p/email', 'a'],
      { 'db/id': 'x', 'p/email': 'a', 'p/nicks': ['n', 'n'] },
    ])
    expect(said(r)).toEqual([
      ['a', true],
      ['n', true],
    ])
  })

  it('the old value of a cardinality-one attribute is retracted', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'p/email': 'a', 'p/age': 1 }])
    expect(said(await conn.transact([[':db/add', ['p/email', 'a'], 'p/age', 2]]))).toEqual([
      [1, false],
      [2, true],
    ])
  })

  it('two values for a cardinality-one attribute conflict, also when two tempids turn out to be one', async () => {
    const conn = await example(schema)
    await refused(
      conn,
      [
        { 'db/id': 'x', 'p/email': 'a', 'p/age': 1 },
        { 'db/id': 'y', 'p/email': 'a', 'p/age': 2 },
      ],
      'tx/datoms-conflict',
    )
  })

  it('asserting and retracting one fact conflicts', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'p/email': 'a', 'p/nicks': ['n'] }])
    const both = [
      [':db/add', ['p/email', 'a'], 'p/nicks', 'n'],
      [':db/retract', ['p/email', 'a'], 'p/nicks', 'n'],
    ]
    await refused(conn, both, 'tx/datoms-conflict')
    await refused(conn, both.reverse(), 'tx/datoms-conflict')
    const all = [
      [':db/retract', ['p/email', 'a'], 'p/nicks'],
      [':db/add', ['p/email', 'a'], 'p/nicks', 'n'],
    ]
    await refused(conn, all, 'tx/datoms-conflict')
    await conn.transact([all[0], [':db/add', ['p/email', 'a'], 'p/nicks', 'm']])
    expect(await values(conn, ['p/email', 'a'], 'p/nicks')).toEqual(['m'])
  })
})

describe('retractions', () => {
  it('of a fact that does not hold say nothing', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'p/email': 'a', 'p/age': 1 }])
    const r = await conn.transact([
      [':db/retract', ['p/email', 'a'], 'p/age', 2],
      [':db/retract', ['p/email', 'a'], 'p/name', 'x'],
    ])
    expect(said(r)).toEqual([])
  })

  it('without a value take all values of the attribute', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'p/email': 'a', 'p/nicks': ['x', 'y'], 'p/age': 1 }])
    const r = await conn.transact([[':db/retract', ['p/email', 'a'], 'p/nicks']])
    expect(said(r)).toEqual([
      ['x', false],
      ['y', false],
    ])
  })

  it('read their value as the attribute does: an ident for a ref', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'p/email': 'a', 'p/mood': ':mood/good' }])
    await conn.transact([[':db/retract', ['p/email', 'a'], 'p/mood', ':mood/bad']])
    expect(await values(conn, ['p/email', 'a'], 'p/mood')).toHaveLength(1)
    await conn.transact([[':db/retract', ['p/email', 'a'], 'p/mood', ':mood/good']])
    expect(await values(conn, ['p/email', 'a'], 'p/mood')).toEqual([])
  })
})

describe('the instant', () => {
  const noon = Date.UTC(2026, 0, 1, 12)

  it('of every transaction is said, and never goes back', async () => {
    let now = noon
    const conn = await example(schema, { now: () => now })
    const one = await conn.transact([{ 'p/email': 'a' }])
    now -= 5000
    const two = await conn.transact([{ 'p/email': 'b' }])
    expect(await values(conn, one.tx, 'db/txInstant')).toEqual([new Date(noon)])
    expect(await values(conn, two.tx, 'db/txInstant')).toEqual([new Date(noon)])
  })

  it('may be given for imports: not before the newest, not in the future', async () => {
    let now = noon
    const conn = await example({}, { now: () => now })
    const at = (ms: number) => [[':db/add', 'datomic.tx', 'db/txInstant', new Date(ms)]]
    const one = await conn.transact(at(1000))
    expect(await values(conn, one.tx, 'db/txInstant')).toEqual([new Date(1000)])
    await conn.transact(at(1000))
    await refused(conn, at(999), 'tx/bad-instant')
    await refused(conn, at(noon + 1), 'tx/bad-instant')
    now += 1
    await conn.transact(at(noon + 1))
  })

  it('of another transaction is not for a transaction to say', async () => {
    const conn = await example(schema)
    const r = await conn.transact([{ 'p/email': 'a' }])
    await refused(conn, [[':db/add', r.tx, 'db/txInstant', new Date(0)]], 'tx/bad-instant')
  })
})

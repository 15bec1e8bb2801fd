import { describe, expect, it } from 'vitest'
import type { LogEntry } from '../../src/engine.ts'
import { example } from '../support/example.ts'

/** docs.datomic.com/time/log.html: all transactions in order, for access by time. */
const schema = { 'x/id': { type: 'string', unique: 'identity' }, 'x/n': { type: 'long' } } as const

async function entries(log: AsyncIterable<LogEntry>): Promise<LogEntry[]> {
  const out: LogEntry[] = []
  for await (const entry of log) out.push(entry)
  return out
}

describe('the log', () => {
  it('gives each transaction with all that it said, as its report did', async () => {
    const conn = await example(schema)
    const reports = [
      await conn.transact([{ 'x/id': 'a', 'x/n': 1 }]),
      await conn.transact([{ 'x/id': 'a', 'x/n': 2 }]),
      await conn.transact([]),
    ]
    const found = await entries(conn.log({ from: 2 }))
    expect(found.map((x) => [x.t, x.tx, x.id, x.datoms])).toEqual(reports.map((r) => [r.t, r.tx, r.id, r.txData]))
  })

  it('begins with the first transaction, and ranges over t', async () => {
    const conn = await example()
    for (let i = 0; i < 5; i++) await conn.transact([])
    const ts = async (range?: { from?: number; to?: number }) => (await entries(conn.log(range))).map((x) => x.t)
    expect(await ts()).toEqual([1, 2, 3, 4, 5])
    expect(await ts({ from: 2, to: 4 })).toEqual([2, 3, 4])
    expect(await ts({ from: 4 })).toEqual([4, 5])
    expect(await ts({ to: 2 })).toEqual([1, 2])
    expect(await ts({ from: 9 })).toEqual([])
    expect(await ts({ from: 4, to: 3 })).toEqual([])
  })

  it('remembers the facts of attributes that keep no history', async () => {
    const conn = await example({ 'x/at': { type: 'long', noHistory: true } })
    const r = await conn.transact([{ 'db/id': 'e', 'x/at': 1 }])
    await conn.transact([[':db/add', r.tempids.e, 'x/at', 2]])
    const [, then] = await entries(conn.log({ from: 2 }))
    expect(then?.datoms.filter((d) => d.e === r.tempids.e).map((d) => [d.v, d.added])).toEqual([
      [1, false],
      [2, true],
    ])
  })
})

describe('in queries', () => {
  it('what a transaction said, and which there were, are clauses on history', async () => {
    const conn = await example(schema)
    const r = await conn.transact([{ 'x/id': 'a', 'x/n': 1 }])
    const data = '[:find ?v ?added :in $ ?tx :where [?e ?a ?v ?tx ?added] [(not= ?e ?tx)]]'
    const rows = await conn.db().history().q<[unknown, boolean][]>(data, [r.tx])
    expect(rows).toHaveLength(2)
    expect(rows).toEqual(
      expect.arrayContaining([
        ['a', true],
        [1, true],
      ]),
    )
    expect(await conn.db().q('[:find (count ?tx) . :where [?tx :tx/id _]]')).toBe(2)
  })
})

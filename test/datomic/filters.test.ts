import { beforeEach, describe, expect, it } from 'vitest'
import type { Connection, Db, ShownDatom, TxReport } from '../../src/engine.ts'
import { example } from '../support/example.ts'

/** docs.datomic.com/reference/filters.html: its crystals, and what it says of as-of, since and history. */
let conn: Connection
let counts: readonly TxReport[]
const month = (n: number): Date => new Date(Date.UTC(2026, n, 1))
const count = '[:find ?n . :where [_ :item/count ?n]]'

beforeEach(async () => {
  let now = month(0)
  const schema = { 'item/id': { type: 'string', unique: 'identity' }, 'item/count': { type: 'long' } } as const
  conn = await example(schema, { now: () => now.getTime() })
  const made: TxReport[] = []
  for (const [i, n] of [100, 250, 50, 9999, 100].entries()) {
    now = month(i)
    made.push(await conn.transact([{ 'item/id': 'DLC-042', 'item/count': n }]))
  }
  counts = made
})
const at = (n: number): TxReport => counts[n] as TxReport

describe('asOf', () => {
  it('shows what was known then, the point included: by t, transaction, id and date', async () => {
    for (const [i, n] of [100, 250, 50, 9999, 100].entries()) {
      for (const point of [at(i).t as number, at(i).tx, at(i).id, month(i)]) {
        expect(await conn.db().asOf(point).q(count)).toBe(n)
      }
    }
    expect(
      await conn
        .db()
        .asOf(new Date(month(1).getTime() - 1))
        .q(count),
    ).toBe(100)
    expect(
      await conn
        .db()
        .asOf(new Date(month(0).getTime() - 1))
        .q(count),
    ).toBeUndefined()
    expect(await conn.db().asOf(month(9)).q(count)).toBe(100)
  })

  it('is no branch: with asOf, or asOf with, is with and then asOf', async () => {
    const forms = [{ 'item/id': 'DLC-042', 'item/count': 7 }, { 'item/id': 'new' }]
    const ids = '[:find (count ?e) . :where [?e :item/id _]]'
    const then = await conn.db().asOf(at(1).tx).with(forms)
    const now = await conn.db().with(forms)
    for (const db of [then.dbAfter, now.dbAfter.asOf(at(1).tx)]) {
      expect([await db.q(count), await db.q(ids)]).toEqual([250, 1])
    }
    const cells = (datoms: readonly ShownDatom[]) => datoms.map(({ e, a, v, added }) => [e, a, v, added])
    expect(cells(then.txData.slice(2))).toEqual(cells(now.txData.slice(2)))
    expect(await now.dbAfter.q(count)).toBe(7)
  })

  it('is one of the views that with keeps', async () => {
    const forms = [{ 'item/id': 'DLC-042', 'item/count': 7 }]
    const since = await conn
      .db()
      .since(at(3).tx)
      .with([[':db/add', ['item/id', 'DLC-042'], 'item/count', 7]])
    expect((await since.dbAfter.datoms('aevt', 'item/count')).map(({ v }) => v)).toEqual([7])
    const { dbAfter } = await conn.db().history().with(forms)
    expect(await dbAfter.datoms('aevt', 'item/count')).toHaveLength(11)
  })

  it('keeps basisT, and asOf of asOf is the earlier of the two', async () => {
    const db = conn.db()
    expect(db.asOf(at(1).tx).basisT).toBe(db.basisT)
    expect(await db.asOf(at(3).tx).asOf(at(1).tx).q(count)).toBe(250)
    expect(await db.asOf(at(1).tx).asOf(at(3).tx).q(count)).toBe(250)
  })
})

describe('since', () => {
  it('shows what was said after a point, the point excluded, and still holds', async () => {
    expect(await conn.db().since(at(3).tx).q(count)).toBe(100)
    expect(await conn.db().since(at(4).tx).q(count)).toBeUndefined()
    expect(await conn.db().since(at(0).tx).q(count)).toBe(100)
  })

  it('does not know entities by facts from before, so that these are looked up elsewhere', async () => {
    const db = conn.db()
    const since = db.since(at(2).tx)
    expect(await since.q('[:find ?n . :where [?e :item/id "DLC-042"] [?e :item/count ?n]]')).toBeUndefined()
    const joined = '[:find ?n . :in $ $since :where [$ ?e :item/id "DLC-042"] [$since ?e :item/count ?n]]'
    expect(await db.q(joined, [since])).toBe(100)
  })

  it('with asOf is a window', async () => {
    const db = conn.db()
    const window = (x: Db): Promise<unknown> => x.q(count)
    expect(await window(db.since(at(0).tx).asOf(at(2).tx))).toBe(50)
    expect(await window(db.asOf(at(2).tx).since(at(0).tx))).toBe(50)
    expect(await window(db.asOf(at(2).tx).since(at(2).tx))).toBeUndefined()
  })
})

describe('history', () => {
  const all = '[:find ?t ?n ?added :where [_ :item/count ?n ?tx ?added] [?tx :db/txInstant ?t]]'

  it('shows every assertion and retraction, with the transaction and which it is', async () => {
    const rows = await conn.db().history().q<[Date, number, boolean][]>(all)
    const told = rows.map(([t, n, added]) => `${t.getUTCMonth()} ${added ? '+' : '-'}${n}`).sort()
    expect(told).toEqual(['0 +100', '1 +250', '1 -100', '2 +50', '2 -250', '3 +9999', '3 -50', '4 +100', '4 -9999'])
  })

  it('of asOf ends there, and since begins there', async () => {
    const db = conn.db()
    const n = async (x: Db): Promise<number> => (await x.history().datoms('aevt', 'item/count')).length
    expect(await n(db.asOf(at(1).tx))).toBe(3)
    expect(await n(db.since(at(1).tx))).toBe(6)
    expect(await n(db.asOf(at(3).tx).since(at(1).tx))).toBe(4)
  })

  it('puts retractions before assertions within one transaction', async () => {
    const e = await conn.db().entid(['item/id', 'DLC-042'])
    const told = (await conn.db().history().datoms('eavt', e, 'item/count', 100)).map((d) => [d.tx, d.added])
    expect(told).toEqual([
      [at(0).tx, true],
      [at(1).tx, false],
      [at(4).tx, true],
    ])
  })

  it('is not for pull, which shows entities as they are at one time', async () => {
    await expect(conn.db().history().pull('[*]', ['item/id', 'DLC-042'])).rejects.toMatchObject({
      code: 'pull/history',
    })
  })
})

it('what was wrong can be told from what was true: facts about transactions join with history', async () => {
  const error = at(3).tx
  await conn.transact([[':db/add', error, 'db/doc', 'error']])
  const right = '[:find [?n ...] :where [_ :item/count ?n ?tx true] (not [?tx :db/doc "error"])]'
  expect(((await conn.db().history().q(right)) as number[]).sort()).toEqual([100, 250, 50])
})

import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { type Connection, memory, open, type ShownDatom } from '../src/engine.ts'
import { runs } from './support/seeds.ts'

let conn: Connection
afterEach(() => conn.close())

const schema = {
  'x/id': { type: 'string', unique: 'identity' },
  'x/n': { type: 'long', index: true },
  'x/tags': { type: 'string', many: true },
  'x/to': { type: 'ref' },
} as const

let clock = 0
async function fresh(): Promise<void> {
  clock = Date.UTC(2026, 0, 1)
  conn = await open('time', { storage: memory(), schema, now: () => clock })
}
const key = (d: ShownDatom): string => JSON.stringify([d.e, d.a, d.v, d.tx, d.added])
const keys = (ds: readonly ShownDatom[]): string[] => ds.map(key).sort()

describe('time', () => {
  it('takes a t, a transaction, an id and a Date, inclusively, and points beyond the newest', async () => {
    await fresh()
    await conn.transact([{ 'x/id': 'a', 'x/n': 1 }])
    clock += 1000
    const second = await conn.transact([{ 'x/id': 'a', 'x/n': 2 }])
    const at = clock
    clock += 1000
    await conn.transact([{ 'x/id': 'a', 'x/n': 3 }])
    const n = '[:find ?n . :where [_ :x/n ?n]]'
    const db = conn.db()
    const t = second.t as number
    for (const point of [t, second.tx, second.id, new Date(at), new Date(at + 999)]) {
      expect(await db.asOf(point).q(n)).toBe(2)
      expect(await db.since(point).q(n)).toBe(3)
    }
    expect(await db.asOf(new Date(at - 1)).q(n)).toBe(1)
    expect(await db.asOf(10_000).q(n)).toBe(3)
    expect(await db.asOf(0).q(n)).toBeUndefined()
    expect(await db.since(10_000).q(n)).toBeUndefined()
    await expect(db.asOf('not a uuid').q(n)).rejects.toMatchObject({ code: 'value/malformed' })
    await expect(db.asOf(-1).q(n)).rejects.toMatchObject({ code: 'db/unknown-point' })
    await expect(db.asOf(1.5).q(n)).rejects.toMatchObject({ code: 'db/unknown-point' })
    await expect(db.asOf(crypto.randomUUID()).q(n)).rejects.toMatchObject({ code: 'log/unknown-transaction' })
  })

  it('means the greatest t by a Date that several transactions share, though the clock went back', async () => {
    await fresh()
    await conn.transact([{ 'x/id': 'a', 'x/n': 1 }])
    clock -= 5000
    const second = await conn.transact([{ 'x/id': 'a', 'x/n': 2 }])
    const [instant] = await conn.db().datoms('eavt', second.tx, 'db/txInstant')
    expect(
      await conn
        .db()
        .asOf(instant?.v as Date)
        .q('[:find ?n . :where [_ :x/n ?n]]'),
    ).toBe(2)
  })

  it('several values answer one query, whichever way they were taken', async () => {
    await fresh()
    await conn.transact([{ 'x/id': 'a', 'x/n': 1 }])
    const at = new Date(clock)
    clock += 1000
    await conn.transact([{ 'x/id': 'a', 'x/n': 2 }])
    const db = conn.db()
    const both = '[:find ?now ?then :in $ $then :where [?e :x/n ?now] [$then ?e :x/n ?then]]'
    for (const then of [db.asOf(at), db.asOf(2), db.asOf(2).history()])
      expect(await db.q(both, [then])).toEqual([[2, 1]])
  })

  it('old values do not change, whatever comes', async () => {
    await fresh()
    await conn.transact([{ 'x/id': 'a', 'x/n': 1 }])
    const db = conn.db()
    const before = keys(await db.datoms('eavt'))
    for (let i = 0; i < 50; i++) await conn.transact([{ 'x/id': `b${i}` }, { 'x/id': 'a', 'x/n': i }])
    expect(keys(await db.datoms('eavt'))).toEqual(before)
    expect(db.basisT).toBe(2)
  })

  it('with speculates, chains, and leaves no trace', async () => {
    await fresh()
    await conn.transact([{ 'x/id': 'a', 'x/n': 1 }])
    const one = await conn.db().with([{ 'db/id': 'new', 'x/id': 'b', 'x/n': 2 }])
    const two = await one.dbAfter.with([{ 'x/id': 'c', 'x/to': ['x/id', 'b'] }])
    expect(await two.dbAfter.q('[:find [?i ...] :where [_ :x/id ?i]]')).toEqual(['a', 'b', 'c'])
    expect(await two.dbAfter.q('[:find ?i . :where [_ :x/to ?e] [?e :x/id ?i]]')).toBe('b')
    expect(await conn.db().q('[:find [?i ...] :where [_ :x/id ?i]]')).toEqual(['a'])
    const real = await conn.transact([{ 'db/id': 'new', 'x/id': 'b' }])
    expect(real.tempids.new).not.toBe(one.tempids.new)
  })

  it('the log gives every transaction, and follows without a gap', async () => {
    await fresh()
    const made = [await conn.transact([{ 'x/id': 'a' }]), await conn.transact([{ 'x/id': 'b' }])]
    const seen: string[] = []
    const following = (async () => {
      for await (const entry of conn.log({ from: 2, live: true })) {
        seen.push(entry.id)
        if (seen.length === 5) return
      }
    })()
    for (const s of ['c', 'd', 'e']) made.push(await conn.transact([{ 'x/id': s }]))
    await following
    expect(seen).toEqual(made.map((r) => r.id))
    const some: number[] = []
    for await (const entry of conn.log({ from: 2, to: 3 })) some.push(entry.t)
    expect(some).toEqual([2, 3])
  })

  it('every past value is what the database was, in all indexes, and history is all that was said', async () => {
    const name = fc.constantFrom('a', 'b', 'c')
    const form = fc.oneof(
      fc.record({ 'x/id': name, 'x/n': fc.integer({ min: 0, max: 3 }) }),
      fc.record({ 'x/id': name, 'x/tags': fc.array(fc.constantFrom('p', 'q', 'r'), { minLength: 1, maxLength: 2 }) }),
      name.map((i) => [':db/retractEntity', ['x/id', i]]),
      fc.tuple(name, fc.constantFrom('x/n', 'x/tags')).map(([i, a]) => [':db/retract', ['x/id', i], a]),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(form, { minLength: 1, maxLength: 3 }), { maxLength: 12 }), async (txs) => {
        await fresh()
        const said: ShownDatom[] = []
        const shots: { t: number; keys: string[] }[] = []
        for (const tx of txs) {
          const report = await conn.transact(tx).catch(() => undefined)
          if (report === undefined) continue
          said.push(...report.txData)
          shots.push({ t: report.t as number, keys: keys(await conn.db().datoms('eavt')) })
        }
        const db = conn.db()
        for (const shot of shots) {
          const then = db.asOf(shot.t)
          expect(keys(await then.datoms('eavt'))).toEqual(shot.keys)
          expect(keys(await then.datoms('aevt'))).toEqual(shot.keys)
          const n = shot.keys.filter((k) => JSON.parse(k)[1] === attributeN)
          expect(keys(await then.datoms('avet', 'x/n'))).toEqual(n)
          const later = said.filter((d) => d.tx > 2 ** 29 + shot.t)
          expect(keys(await db.since(shot.t).history().datoms('eavt'))).toEqual(keys(later))
        }
        const all = (await db.history().datoms('eavt')).filter((d) => d.tx > 2 ** 29 + 1)
        expect(keys(all)).toEqual(keys(said))
        await conn.close()
      }),
      runs(60),
    )
    await fresh()
  })
})

/** The id of x/n: attributes are minted in the order of the schema, from the first user id. */
const attributeN = 1001

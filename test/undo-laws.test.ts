import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Connection, memory, open, type ShownDatom, type TxReport } from '../src/engine.ts'
import { runs } from './support/seeds.ts'

const schema = {
  'x/id': { type: 'string', unique: 'identity' },
  'x/n': { type: 'long' },
  'x/tags': { type: 'string', many: true },
  'x/peers': { type: 'ref', many: true },
} as const
const ONE = ['x/id', 'x/n']
const FIRST_TX = 2 ** 29

const id = fc.constantFrom('a', 'b', 'c')
const who = id.map((i) => ['x/id', i])
const form = fc.oneof(
  fc.record({ 'x/id': id, 'x/n': fc.nat(2) }),
  fc.record({ 'x/id': id, 'x/tags': fc.uniqueArray(fc.constantFrom('p', 'q'), { minLength: 1 }) }),
  fc.tuple(who, who).map(([e, v]) => [':db/add', e, 'x/peers', v]),
  fc.tuple(who, fc.constantFrom('x/n', 'x/tags', 'x/peers')).map(([e, a]) => [':db/retract', e, a]),
  who.map((e) => [':db/retractEntity', e]),
)
const histories = fc.array(fc.array(form, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 8 })
const several = fc.uniqueArray(fc.nat(7), { minLength: 2, maxLength: 4 })

/** A history, of which what is refused is left out. */
async function made(history: readonly (readonly unknown[])[]): Promise<{ conn: Connection; reports: TxReport[] }> {
  const conn = await open('laws', { storage: memory(), schema })
  const reports = [await conn.transact([{ 'x/id': 'a' }, { 'x/id': 'b' }, { 'x/id': 'c' }])]
  for (const forms of history) {
    const report = await conn.transact(forms).catch(() => undefined)
    if (report !== undefined) reports.push(report)
  }
  return { conn, reports }
}
const nth = <T>(list: readonly T[], n: number): T => list[n % list.length] as T
const key = (d: ShownDatom): string => JSON.stringify([d.e, d.a, d.v])
const facts = (ds: readonly ShownDatom[]): string[] =>
  ds
    .filter((d) => d.e < FIRST_TX)
    .map(key)
    .sort()
const present = async (conn: Connection): Promise<string[]> => facts(await conn.db().datoms('eavt'))

describe('undo', () => {
  it('restores exactly the facts that nothing later spoke about', async () => {
    let restored = 0
    await fc.assert(
      fc.asyncProperty(histories, fc.nat(7), async (history, n) => {
        const { conn, reports } = await made(history)
        const target = nth(reports, n)
        const before = await conn.db().datoms('eavt')
        const all = (await conn.db().history().datoms('eavt')).filter((d) => d.e < FIRST_TX)
        const one = await Promise.all(ONE.map((name) => conn.db().entid(`:${name}`)))
        const later = all.filter((d) => d.tx > target.tx)
        const spoken = (d: ShownDatom): boolean =>
          later.some((x) => x.e === d.e && x.a === d.a && (one.includes(d.a) || x.v === d.v))
        const lost = (e: unknown): boolean => !before.some((d) => d.e === e) && later.some((d) => d.e === e)
        const peers = await conn.db().entid(':x/peers')
        const wanted = new Map(before.filter((d) => d.e < FIRST_TX).map((d) => [key(d), d]))
        for (const d of target.txData) {
          if (d.e >= FIRST_TX) continue
          if (d.added && wanted.get(key(d))?.tx === target.tx) wanted.delete(key(d))
          if (d.added || spoken(d) || lost(d.e) || (d.a === peers && lost(d.v))) continue
          const taken = d.a === one[0] && before.some((x) => x.a === d.a && x.v === d.v && x.tx !== target.tx)
          if (taken) continue
          wanted.set(key(d), d)
          restored++
        }
        await conn.undo(target.id)
        expect(await present(conn)).toEqual([...wanted.keys()].sort())
        await conn.close()
      }),
      runs(200),
    )
    expect(restored).toBeGreaterThan(0)
  })

  it('of an undo is a redo: all is as it was, and undoing once more undoes it again', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.nat(7), async (history, n) => {
        const { conn, reports } = await made(history)
        const target = nth(reports, n)
        const before = await present(conn)
        const undo = await conn.undo(target.id)
        const undone = await present(conn)
        if (undo.id !== undefined) {
          const redo = await conn.undo(undo.id)
          expect(redo.skipped).toEqual([])
          expect(await present(conn)).toEqual(before)
          if (redo.id !== undefined) await conn.undo(redo.id)
          expect(await present(conn)).toEqual(undone)
        }
        await conn.close()
      }),
      runs(150),
    )
  })

  it('of several is the undo of each, newest first, whatever lies between them', async () => {
    await fc.assert(
      fc.asyncProperty(histories, several, async (history, picks) => {
        const together = await made(history)
        const one = await made(history)
        const places = [...new Set(picks.map((p) => p % one.reports.length))].sort((x, y) => y - x)
        await together.conn.undo(places.map((p) => nth(together.reports, p).id))
        for (const p of places) await one.conn.undo(nth(one.reports, p).id)
        expect(await present(together.conn)).toEqual(await present(one.conn))
        await together.conn.close()
        await one.conn.close()
      }),
      runs(150),
    )
  })

  it('of the whole history leaves nothing', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const { conn, reports } = await made(history)
        await conn.undo(reports.map((r) => r.id))
        expect(await present(conn)).toEqual(facts(await conn.db().asOf(1).datoms('eavt')))
        await conn.close()
      }),
      runs(100),
    )
  })

  it('tells beforehand what it does, and says in the log what it undid', async () => {
    await fc.assert(
      fc.asyncProperty(histories, several, async (history, picks) => {
        const { conn, reports } = await made(history)
        const targets = [...new Set(picks.map((p) => nth(reports, p).id))]
        const plan = await conn.planUndo(targets)
        const { id: made_, ...undone } = await conn.undo(targets)
        expect(undone).toEqual(plan)
        if (made_ !== undefined) {
          const ids = '[:find [?id ...] :in $ ?u :where [?tx :tx/id ?u] [?tx :tx/undoes ?t] [?t :tx/id ?id]]'
          expect(((await conn.db().q(ids, [made_])) as string[]).sort()).toEqual(targets.sort())
        }
        await conn.close()
      }),
      runs(60),
    )
  })
})

describe('undo, by example', () => {
  const tags = async (conn: Connection): Promise<unknown[]> =>
    (await conn.db().datoms('eavt', ['x/id', 'a'], 'x/tags')).map((d) => d.v)

  it('of a redo whose fact another undo has taken since has nothing to revert', async () => {
    const { conn, reports } = await made([[{ 'x/id': 'a', 'x/tags': ['p'] }]])
    const said = (reports[1] as TxReport).id
    const undo = await conn.undo(said)
    const redo = await conn.undo(undo.id as string)
    await conn.undo(said)
    expect(await tags(conn)).toEqual([])
    const again = await conn.undo([said, redo.id as string])
    expect([again.reverted, again.id]).toEqual([[], undefined])
    await conn.close()
  })

  it('leaves what a transaction added to a number of its own', async () => {
    const { conn } = await made([])
    const r = await conn.transact([[':db/inc', 'datomic.tx', 'x/n', 1]])
    expect((await conn.undo(r.id)).reverted).toEqual([])
    expect((await conn.db().datoms('eavt', r.tx, 'x/n')).map((d) => d.v)).toEqual([1])
    await conn.close()
  })
})

describe('redundancy', () => {
  it('saying again what holds, and retracting what does not, adds nothing but the transaction', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const { conn } = await made(history)
        const now = (await conn.db().datoms('eavt')).filter((d) => d.e < FIRST_TX)
        const held = new Set(now.map(key))
        const gone = (await conn.db().history().datoms('eavt')).filter((d) => d.e < FIRST_TX && !held.has(key(d)))
        const again = await conn.transact([
          ...now.map((d) => [':db/add', d.e, d.a, d.v]),
          ...gone.map((d) => [':db/retract', d.e, d.a, d.v]),
        ])
        expect(again.txData.every((d) => d.e === again.tx)).toBe(true)
        expect(again.txData).toHaveLength(2)
        await conn.close()
      }),
      runs(80),
    )
  })
})

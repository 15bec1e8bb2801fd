import { afterEach, describe, expect, it } from 'vitest'
import { type Connection, memory, open, type UndoReport } from '../src/engine.ts'

let conn: Connection
afterEach(() => conn.close())

async function fresh(): Promise<void> {
  conn = await open('undo-schema', { storage: memory() })
}
const attribute = (ident: string, type: string, more: object = {}) => ({
  'db/ident': ident,
  'db/valueType': `:db.type/${type}`,
  'db/cardinality': ':db.cardinality/one',
  ...more,
})
const reasons = (report: UndoReport) => new Set(report.skipped.map((s) => s.reason))
const factsOf = async (ident: string): Promise<number> => (await conn.db().datoms('eavt', ident)).length

describe('undo of schema', () => {
  it('takes an attribute that nobody used away whole, and brings it back whole', async () => {
    await fresh()
    const made = await conn.transact([
      attribute(':a/x', 'string', { 'db/unique': ':db.unique/identity', 'db/doc': 'x' }),
      { 'db/ident': ':green' },
    ])
    const undo = await conn.undo(made.id)
    expect(undo.skipped).toEqual([])
    for (const ident of [':a/x', ':green']) expect(await conn.db().entid(ident)).toBeUndefined()
    await expect(conn.transact([{ 'a/x': '1' }])).rejects.toMatchObject({ code: 'attribute/unknown' })
    await conn.undo(undo.id as string)
    const kept = await conn.transact([{ 'db/id': 'e', 'a/x': '1' }])
    expect(await conn.db().entid(['a/x', '1'])).toBe(kept.tempids.e)
    expect(await conn.db().entid(':green')).toBeDefined()
  })

  it('leaves one that was used, now or ever, and says so', async () => {
    await fresh()
    const made = await conn.transact([attribute(':a/x', 'long'), attribute(':a/y', 'long')])
    const used = await conn.transact([{ 'db/id': 'e', 'a/x': 1 }])
    for (const undoUse of [false, true]) {
      if (undoUse) await conn.undo(used.id)
      const plan = await conn.planUndo(made.id)
      expect(reasons(plan)).toEqual(new Set(['schema']))
      expect(plan.skipped).toHaveLength(3)
      expect(plan.reverted).toHaveLength(3)
    }
    await expect(conn.undo(made.id, { strict: true })).rejects.toMatchObject({ code: 'tx/undo-conflict' })
    await conn.undo(made.id)
    expect([await factsOf(':a/x'), await conn.db().entid(':a/y')]).toEqual([3, undefined])
    expect((await conn.db().history().datoms('aevt', 'a/x')).map((d) => d.v)).toEqual([1, 1])
  })

  it('never takes half of one: what was added to it later keeps it', async () => {
    await fresh()
    const made = await conn.transact([attribute(':a/x', 'long')])
    const later = await conn.transact([{ 'db/id': ':a/x', 'db/doc': 'said later' }])
    const plan = await conn.planUndo(made.id)
    expect(plan.reverted).toEqual([])
    expect(plan.skipped.map((s) => [s.reason, s.by])).toEqual(Array(3).fill(['schema', later.tx]))
    expect((await conn.undo([made.id, later.id])).skipped).toEqual([])
    expect(await conn.db().entid(':a/x')).toBeUndefined()
  })

  it('keeps an ident that something points to, a member of a composite, and what a spec requires', async () => {
    await fresh()
    await conn.transact([attribute(':a/color', 'ref')])
    const made = await conn.transact([
      { 'db/ident': ':green' },
      { 'db/ident': ':blue' },
      attribute(':a/one', 'long'),
      attribute(':a/two', 'long'),
      attribute(':a/needed', 'long'),
    ])
    const green = await conn.transact([{ 'db/id': 'e', 'a/color': ':green' }])
    await conn.transact([attribute(':a/pair', 'tuple', { 'db/tupleAttrs': [':a/one', ':a/two'] })])
    await conn.transact([{ 'db/ident': ':a/spec', 'db.entity/attrs': [':a/needed'] }])
    await conn.transact([[':db/retract', green.tempids.e, 'a/color']])
    const report = await conn.undo(made.id)
    expect(report.reverted.map((d) => d.v)).toEqual([':blue'])
    expect(reasons(report)).toEqual(new Set(['schema']))
    expect(await factsOf(':a/one')).toBe(3)
  })

  it('reverts an alteration where the data allow it', async () => {
    await fresh()
    await conn.transact([attribute(':a/x', 'long')])
    await conn.transact([{ 'db/id': 'e', 'a/x': 1 }])
    const many = await conn.transact([
      { 'db/id': ':a/x', 'db/cardinality': ':db.cardinality/many', 'db/doc': 'several', 'db/ident': ':a/xs' },
    ])
    const [fact] = await conn.db().datoms('aevt', 'a/xs')
    const second = await conn.transact([[':db/add', fact?.e, 'a/xs', 2]])
    const partly = await conn.planUndo(many.id)
    expect(reasons(partly)).toEqual(new Set(['schema']))
    expect(partly.reverted.map((d) => d.v)).toEqual(['several'])
    await conn.undo(second.id)
    expect((await conn.undo(many.id)).skipped).toEqual([])
    await conn.transact([[':db/add', fact?.e, 'a/x', 7]])
    expect((await conn.db().datoms('aevt', 'a/x')).map((d) => d.v)).toEqual([7])
  })

  it('by hand only takes away whole what was never used', async () => {
    await fresh()
    await conn.transact([attribute(':a/x', 'long'), attribute(':a/y', 'long')])
    await conn.transact([{ 'db/id': 'e', 'a/x': 1 }])
    const half = conn.transact([[':db/retract', ':a/y', 'db/cardinality', ':db.cardinality/one']])
    await expect(half).rejects.toMatchObject({ code: 'schema/malformed' })
    await expect(conn.transact([[':db/retractEntity', ':a/x']])).rejects.toMatchObject({ code: 'schema/in-use' })
    const both = conn.transact([[':db/retractEntity', ':a/y'], { 'db/id': 'e', 'a/y': 1 }])
    await expect(both).rejects.toMatchObject({ code: 'schema/in-use' })
    await conn.transact([[':db/retractEntity', ':a/y']])
    expect(await conn.db().entid(':a/y')).toBeUndefined()
  })
})

describe('undo and composite tuples', () => {
  it('are recomputed, also where one was filled by what is undone', async () => {
    await fresh()
    await conn.transact([attribute(':r/a', 'long'), attribute(':r/b', 'long')])
    const first = await conn.transact([{ 'db/id': 'e', 'r/a': 1 }])
    const e = first.tempids.e as number
    await conn.transact([attribute(':r/ab', 'tuple', { 'db/tupleAttrs': [':r/a', ':r/b'] })])
    const filled = await conn.transact([[':db/add', e, 'r/b', 2]])
    const pair = async () => (await conn.db().datoms('eavt', e, 'r/ab')).map((d) => d.v)
    expect(await pair()).toEqual([[1, 2]])
    await conn.transact([[':db/add', e, 'r/a', 5]])
    const undo = await conn.undo(filled.id)
    expect([undo.skipped, await pair()]).toEqual([[], [[5, null]]])
    await conn.undo(undo.id as string)
    expect(await pair()).toEqual([[5, 2]])
  })
})

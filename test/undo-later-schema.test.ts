import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Connection, memory, open, type UndoReport } from '../src/engine.ts'

const schema = {
  'x/id': { type: 'string', unique: 'identity' },
  'x/tags': { type: 'string', many: true },
  'x/code': { type: 'string' },
  'x/n': { type: 'long' },
  'x/m': { type: 'long' },
  'x/n+m': { type: 'tuple', tupleAttrs: ['x/n', 'x/m'], unique: 'value' },
} as const

let conn: Connection
beforeEach(async () => {
  conn = await open('undo-later-schema', { storage: memory(), schema })
})
afterEach(() => conn.close())

const of = (id: string) => ['x/id', id]
const pulled = (id: string): Promise<unknown> => conn.db().pull(['*'], ['x/id', id])
const narrowed = [':db/add', ':x/tags', 'db/cardinality', ':db.cardinality/one']
const unique = [':db/add', ':x/code', 'db/unique', ':db.unique/value']
const told = ({ reverted, skipped }: UndoReport): unknown[] => [
  reverted.map((f) => f.v),
  skipped.map(({ datom, reason }) => [datom.v, reason]),
]
/** What is reverted and what skipped, which the plan says as well. */
async function undone(id: string): Promise<unknown[]> {
  const planned = told(await conn.planUndo(id))
  expect(told(await conn.undo(id))).toEqual(planned)
  return planned
}

describe('undo of what was said under another schema', () => {
  it('puts back no value beside one that was said before, and may stand alone now', async () => {
    await conn.transact([{ 'x/id': 'a', 'x/tags': ['one', 'two'] }])
    const slip = await conn.transact([
      [':db/retract', of('a'), 'x/tags', 'one'],
      [':db/add', of('a'), 'x/code', 'c'],
    ])
    await conn.transact([narrowed])
    expect(await undone(slip.id)).toEqual([['c'], [['one', 'superseded']]])
    expect(await pulled('a')).toMatchObject({ 'x/tags': 'two' })
  })

  it('puts back one of several values where only one may stand now', async () => {
    await conn.transact([{ 'x/id': 'a', 'x/tags': ['one', 'two'] }])
    const slip = await conn.transact([[':db/retract', of('a'), 'x/tags']])
    await conn.transact([narrowed])
    expect(await undone(slip.id)).toEqual([['one'], [['two', 'superseded']]])
    expect(await pulled('a')).toMatchObject({ 'x/tags': 'one' })
  })

  it('gives a value that became unique to one of those that had it, and to nobody what is too large for that', async () => {
    const large = 'x'.repeat(3000)
    await conn.transact([
      { 'x/id': 'a', 'x/code': 'c' },
      { 'x/id': 'b', 'x/code': 'c' },
      { 'x/id': 'c', 'x/code': large },
    ])
    const slip = await conn.transact(['a', 'b', 'c'].map((id) => [':db/retract', of(id), 'x/code']))
    await conn.transact([unique])
    expect(await undone(slip.id)).toEqual([
      ['c'],
      [
        ['c', 'unique-conflict'],
        [large, 'schema'],
      ],
    ])
    expect(await pulled('a')).toMatchObject({ 'x/code': 'c' })
  })
})

describe('undo of a member of a unique composite tuple', () => {
  it('leaves it where another entity has the tuple meanwhile', async () => {
    await conn.transact([{ 'x/id': 'a', 'x/n': 1, 'x/m': 2, 'x/code': 'c' }])
    const slip = await conn.transact([
      [':db/retract', of('a'), 'x/n', 1],
      [':db/retract', of('a'), 'x/code', 'c'],
    ])
    const { tx } = await conn.transact([{ 'x/id': 'b', 'x/n': 1, 'x/m': 2 }])
    expect((await conn.planUndo(slip.id)).skipped.map((f) => f.by)).toEqual([tx])
    expect(await undone(slip.id)).toEqual([['c'], [[1, 'unique-conflict']]])
    expect(await pulled('a')).toMatchObject({ 'x/m': 2, 'x/code': 'c' })
  })

  it('brings it back with the tuple where that is free, whoever had it in between', async () => {
    await conn.transact([{ 'x/id': 'a', 'x/n': 1, 'x/m': 2 }])
    const swap = await conn.transact([
      { 'x/id': 'a', 'x/n': 5 },
      { 'x/id': 'b', 'x/n': 1, 'x/m': 2 },
    ])
    expect((await conn.undo(swap.id)).skipped).toEqual([])
    expect(await pulled('a')).toMatchObject({ 'x/n': 1, 'x/n+m': [1, 2] })
    expect(await conn.db().entid(['x/id', 'b'])).toBeUndefined()
  })

  it('brings it back where a set that is undone as one leaves the tuple free', async () => {
    await conn.transact([{ 'x/id': 'a', 'x/n': 1, 'x/m': 2 }])
    const away = await conn.transact([{ 'x/id': 'a', 'x/n': 5 }])
    const taken = await conn.transact([{ 'x/id': 'b', 'x/n': 1, 'x/m': 2 }])
    const left = await conn.transact([{ 'x/id': 'b', 'x/n': 7 }])
    expect((await conn.planUndo([away.id, left.id])).skipped).toHaveLength(2)
    const undo = await conn.undo([away.id, taken.id, left.id])
    expect(undo.skipped).toEqual([])
    expect(await pulled('a')).toMatchObject({ 'x/n': 1, 'x/n+m': [1, 2] })
  })

  it('takes none away where another entity has the tuple that is left', async () => {
    await conn.transact([{ 'x/id': 'a', 'x/n': 1 }])
    const more = await conn.transact([{ 'x/id': 'a', 'x/m': 2, 'x/code': 'c' }])
    await conn.transact([{ 'x/id': 'b', 'x/n': 1 }])
    expect(await undone(more.id)).toEqual([['c'], [[2, 'unique-conflict']]])
    expect(await pulled('a')).toMatchObject({ 'x/n+m': [1, 2] })
  })

  it('leaves one that is too large for a tuple which has come since', async () => {
    const large = 'x'.repeat(3000)
    await conn.transact([{ 'x/id': 'a', 'x/code': large }])
    const slip = await conn.transact([{ 'x/id': 'a', 'x/code': 'c', 'x/tags': 't' }])
    await conn.transact([
      {
        'db/ident': ':x/code+m',
        'db/valueType': ':db.type/tuple',
        'db/cardinality': ':db.cardinality/one',
        'db/tupleAttrs': [':x/code', ':x/m'],
      },
    ])
    const [reverted, skipped] = await undone(slip.id)
    expect(reverted).toEqual(['t'])
    expect(new Set((skipped as [string, string][]).map(([, reason]) => reason))).toEqual(new Set(['schema']))
    expect(await pulled('a')).toMatchObject({ 'x/code': 'c' })
  })
})

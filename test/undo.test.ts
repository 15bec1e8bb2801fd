import { afterEach, describe, expect, it } from 'vitest'
import { type Connection, memory, open } from '../src/engine.ts'

let conn: Connection
afterEach(() => conn.close())

const schema = {
  'inv/sku': { type: 'string', unique: 'identity' },
  'inv/count': { type: 'long' },
  'inv/tags': { type: 'string', many: true },
  'inv/peer': { type: 'ref' },
} as const

async function shop(): Promise<void> {
  conn = await open('undo', { storage: memory(), schema })
}
const values = async (sku: string): Promise<unknown[]> =>
  (await conn.db().datoms('eavt', ['inv/sku', sku])).map((d) => d.v)

describe('undo', () => {
  it('retracts what was asserted and asserts what was retracted', async () => {
    await shop()
    await conn.transact([{ 'inv/sku': 'A', 'inv/count': 1, 'inv/tags': ['x'] }])
    const r = await conn.transact([
      { 'inv/sku': 'A', 'inv/count': 2, 'inv/tags': ['y'] },
      [':db/retract', ['inv/sku', 'A'], 'inv/tags', 'x'],
    ])
    const undone = await conn.undo(r.id)
    expect(undone.skipped).toEqual([])
    expect(await values('A')).toEqual(['A', 1, 'x'])
    const [said] = await conn.db().datoms('eavt', ['tx/id', undone.id], 'tx/undoes')
    expect(said?.v).toBe(r.tx)
  })

  it('leaves later facts alone and says who spoke', async () => {
    await shop()
    await conn.transact([{ 'inv/sku': 'A', 'inv/count': 1 }])
    const r = await conn.transact([{ 'inv/sku': 'A', 'inv/count': 2, 'inv/tags': ['y'] }])
    const later = await conn.transact([{ 'inv/sku': 'A', 'inv/count': 3 }])
    const report = await conn.undo(r.tx)
    expect(report.skipped.map((s) => [s.datom.v, s.datom.added, s.by])).toEqual([
      [1, false, later.tx],
      [2, true, later.tx],
    ])
    expect(await values('A')).toEqual(['A', 3])
    const strict = conn.undo(r.tx, { strict: true })
    await expect(strict).rejects.toMatchObject({ code: 'tx/undo-conflict' })
  })

  it('says of itself what it is told to', async () => {
    await shop()
    const r = await conn.transact([{ 'inv/sku': 'A' }])
    const why = [{ 'db/id': 'datomic.tx', 'db/doc': 'a slip' }]
    const undo = await conn.undo(r.id, { txData: why })
    expect(await conn.db().pull(['db/doc'], ['tx/id', undo.id])).toEqual({ 'db/doc': 'a slip' })
    const { basisT } = conn.db()
    expect((await conn.undo(r.id, { txData: why })).id).toBeUndefined()
    await expect(conn.undo(undo.id as string, { txData: [[':db/add']] })).rejects.toMatchObject({
      code: 'tx/malformed',
    })
    expect(conn.db().basisT).toBe(basisT)
  })

  it('is strict as an operation too, also against what came with it', async () => {
    await shop()
    const r = await conn.transact([{ 'inv/sku': 'A', 'inv/count': 1 }])
    await conn.transact([{ 'inv/sku': 'A', 'inv/count': 2 }])
    const refused = { code: 'tx/undo-conflict', data: { skipped: [{ reason: 'superseded' }] } }
    await expect(conn.transact([[':db/undo', r.tx, { strict: true }]])).rejects.toMatchObject(refused)
    await expect(conn.transact(`[[:db/undo ${r.tx} {:strict true}]]`)).rejects.toMatchObject(refused)
    for (const form of [[':db/undo', { strict: true }], [':db/undo', r.tx, { strikt: true }], [':db/undo']]) {
      await expect(conn.transact([form])).rejects.toMatchObject({ code: 'tx/malformed' })
    }
    await conn.transact([[':db/undo', r.tx, { strict: false }]])
    const changed = await conn.transact([{ 'inv/sku': 'B', 'inv/count': 1 }])
    const both = [conn.transact([{ 'inv/sku': 'B', 'inv/count': 2 }]), conn.undo(changed.id, { strict: true })]
    const [, undone] = await Promise.allSettled(both)
    expect(undone).toMatchObject({ status: 'rejected', reason: { code: 'tx/undo-conflict' } })
  })

  it('tells what was done, where another write came in between', async () => {
    await shop()
    const changed = await conn.transact([{ 'inv/sku': 'A', 'inv/count': 1, 'inv/tags': ['x'] }])
    const writing = conn.transact([{ 'inv/sku': 'A', 'inv/count': 2 }])
    const { reverted, skipped, id } = await conn.undo(changed.id)
    const { tx } = await writing
    expect(reverted.map(({ v }) => v)).toEqual(['A', 'x'])
    expect(skipped.map(({ datom, by }) => [datom.v, by])).toEqual([[1, tx]])
    expect((await conn.db().datoms('eavt', ['tx/id', id as string], 'tx/undoes'))[0]?.v).toBe(changed.tx)
  })

  it('undone is redone', async () => {
    await shop()
    await conn.transact([{ 'inv/sku': 'A', 'inv/count': 1 }])
    const r = await conn.transact([{ 'inv/sku': 'A', 'inv/count': 2 }])
    const undo = await conn.undo(r.id)
    const redo = await conn.undo(undo.id as string)
    expect(await values('A')).toEqual(['A', 2])
    expect(redo.skipped).toEqual([])
    const again = await conn.undo(r.id)
    expect(again.skipped).toEqual([])
    expect(await values('A')).toEqual(['A', 1])
  })

  it('brings back a retracted entity, but no zombie', async () => {
    await shop()
    await conn.transact(
      [
        { 'inv/sku': 'A', 'inv/count': 1 },
        { 'inv/sku': 'B', 'inv/peer': ['inv/sku', 'A'] },
      ].slice(0, 1),
    )
    await conn.transact([{ 'inv/sku': 'B', 'inv/peer': ['inv/sku', 'A'] }])
    const cut = await conn.transact([[':db/retract', ['inv/sku', 'A'], 'inv/count']])
    const gone = await conn.transact([[':db/retractEntity', ['inv/sku', 'A']]])
    const late = await conn.undo(cut.id)
    expect(late.reverted).toEqual([])
    expect(late.skipped[0]).toMatchObject({ reason: 'entity-gone', by: gone.tx })
    const back = await conn.undo(gone.id)
    expect(back.skipped).toEqual([])
    expect(await values('A')).toEqual(['A'])
    expect((await values('B'))[1]).toBe(await conn.db().entid(['inv/sku', 'A']))
  })

  it('plans without changing anything, and refuses what is no transaction', async () => {
    await shop()
    const r = await conn.transact([{ 'inv/sku': 'A' }])
    const { basisT } = conn.db()
    expect((await conn.planUndo(r.t as number)).reverted).toHaveLength(1)
    expect(conn.db().basisT).toBe(basisT)
    await expect(conn.undo(999)).rejects.toMatchObject({ code: 'log/unknown-transaction' })
    await expect(conn.undo(crypto.randomUUID())).rejects.toMatchObject({ code: 'log/unknown-transaction' })
  })
})

import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { type Connection, memory, open, type TxReport } from '../src/engine.ts'
import { runs } from './support/seeds.ts'

let conn: Connection
afterEach(() => conn.close())

const schema = {
  'inv/sku': { type: 'string', unique: 'identity' },
  'inv/count': { type: 'long' },
  'inv/label': { type: 'string' },
  'inv/tags': { type: 'string', many: true },
} as const
async function shop(functions = {}): Promise<void> {
  conn = await open('migrate', { storage: memory(), schema, functions })
}
const present = async (): Promise<string[]> => {
  const rows = await conn.db().q<[number, number, unknown][]>('[:find ?e ?a ?v :where [?e :inv/sku _] [?e ?a ?v]]')
  return rows.map((r) => JSON.stringify(r)).sort()
}

describe('migrations', () => {
  it('run once, in order, one transaction each, and say what they are', async () => {
    await shop({
      'label/all': async (db: ReturnType<Connection['db']>) => {
        const rows = await db.q<[number, string][]>('[:find ?e ?s :where [?e :inv/sku ?s]]')
        return rows.map(([e, s]) => [':db/add', e, 'inv/label', `item ${s}`])
      },
    })
    await conn.transact([{ 'inv/sku': 'A' }, { 'inv/sku': 'B' }])
    const migrations = [
      { id: '001-labels', up: 'label/all' },
      { id: '002-more', up: [{ 'inv/sku': 'C', 'inv/label': 'third' }] },
    ]
    const first = await conn.migrate(migrations)
    expect(first.map((m) => m.status)).toEqual(['applied', 'applied'])
    expect((await conn.migrate(migrations)).map((m) => m.status)).toEqual(['known', 'known'])
    const labels = await conn.db().q<string[]>('[:find [?l ...] :where [_ :inv/label ?l]]')
    expect([...labels].sort()).toEqual(['item A', 'item B', 'third'])
    const named = await conn.db().q('[:find [?m ...] :where [_ :tx/migration ?m]]')
    expect([...(named as string[])].sort()).toEqual(['001-labels', '002-more'])
  })

  it('may be EDN text or a name with its colon; a name that nobody registered is told as such', async () => {
    await shop({ 'label/one': () => [{ 'inv/sku': 'made' }] })
    await conn.migrate([
      { id: '1', up: ';; the first\n[{:inv/sku "text"}]' },
      { id: '2', up: ':label/one' },
    ])
    const skus = await conn.db().q<string[]>('[:find [?s ...] :where [_ :inv/sku ?s]]')
    expect([...skus].sort()).toEqual(['made', 'text'])
    const unknown = conn.migrate([{ id: '3', up: 'label/none' }])
    await expect(unknown).rejects.toMatchObject({ code: 'tx/unknown-function', data: { function: 'label/none' } })
  })

  it('over 10,000 entities are rolled back by one command after 1,000 later edits, all of which survive', async () => {
    await shop({
      'double/all': async (db: ReturnType<Connection['db']>) => {
        const rows = await db.q<[number, number][]>('[:find ?e ?n :where [?e :inv/count ?n]]')
        return rows.map(([e, n]) => [':db/add', e, 'inv/count', n * 2 + 1])
      },
    })
    const n = 10_000
    await conn.transact(Array.from({ length: n }, (_, i) => ({ 'inv/sku': `S${i}`, 'inv/count': i })))
    const before = new Map(
      await conn.db().q<[string, number][]>('[:find ?s ?n :where [?e :inv/sku ?s] [?e :inv/count ?n]]'),
    )
    await conn.migrate([{ id: 'double', up: 'double/all' }])
    const edited = new Map<string, number>()
    const edits: Promise<TxReport>[] = []
    for (let i = 0; i < 1000; i++) {
      const s = `S${(i * 7) % n}`
      edited.set(s, -i - 1)
      edits.push(
        conn.transact([
          [':db/add', ['inv/sku', s], 'inv/count', -i - 1],
          [':db/add', 'datomic.tx', 'db/doc', 'edit'],
        ]),
      )
    }
    await Promise.all(edits)
    const report = await conn.undo({ migration: 'double' })
    const after = new Map(
      await conn.db().q<[string, number][]>('[:find ?s ?n :where [?e :inv/sku ?s] [?e :inv/count ?n]]'),
    )
    expect(after).toEqual(new Map([...before, ...edited]))
    expect(report.skipped).toHaveLength(2 * edited.size)
    const why = await conn.db().q('[:find (count ?tx) . :where [_ :inv/count _ ?tx] [?tx :db/doc "edit"]]')
    expect(why).toBe(edited.size)
  }, 30_000)
})

describe('undo of several transactions', () => {
  it('is the undo of each, newest first', async () => {
    const sku = fc.constantFrom('A', 'B')
    const form = fc.oneof(
      fc.record({ 'inv/sku': sku, 'inv/count': fc.nat(2) }),
      fc.record({ 'inv/sku': sku, 'inv/tags': fc.constantFrom('x', 'y') }),
      sku.map((s) => [':db/retract', ['inv/sku', s], 'inv/tags']),
      sku.map((s) => [':db/retract', ['inv/sku', s], 'inv/count']),
    )
    const history = fc.array(fc.array(form, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 7 })
    await fc.assert(
      fc.asyncProperty(history, fc.array(fc.nat(6), { minLength: 2, maxLength: 4 }), async (txs, picks) => {
        const run = async (): Promise<TxReport[]> => {
          await shop()
          await conn.transact([{ 'inv/sku': 'A' }, { 'inv/sku': 'B' }])
          const reports: TxReport[] = []
          for (const tx of txs) {
            const report = await conn.transact(tx).catch(() => undefined)
            if (report !== undefined) reports.push(report)
          }
          return reports
        }
        // a suffix of the history, so that no transaction outside the set lies between its members
        let reports = await run()
        const first = Math.min(...picks.map((p) => p % Math.max(1, reports.length)))
        await conn.undo(reports.slice(first).map((r) => r.id))
        const together = await present()
        await conn.close()
        reports = await run()
        for (const r of reports.slice(first).reverse()) await conn.undo(r.id)
        expect(together).toEqual(await present())
        await conn.close()
      }),
      runs(60),
    )
    await shop()
  }, 60_000)

  it('brings back exactly what was before, when nothing else spoke', async () => {
    await shop()
    await conn.transact([{ 'inv/sku': 'A', 'inv/count': 1, 'inv/tags': ['x'] }])
    const before = await present()
    const ids: string[] = []
    for (const tx of [
      [{ 'inv/sku': 'A', 'inv/count': 2 }],
      [{ 'inv/sku': 'A', 'inv/count': 3, 'inv/tags': ['y'] }],
      [[':db/retractEntity', ['inv/sku', 'A']]],
    ]) {
      ids.push((await conn.transact(tx)).id)
    }
    const report = await conn.undo(ids)
    expect(report.skipped).toEqual([])
    expect(await present()).toEqual(before)
    const txs = await conn.db().q('[:find (count ?t) . :where [?u :tx/undoes ?t]]')
    expect(txs).toBe(3)
  })
})

import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { AnnalsError } from '../src/base/errors.ts'
import { type Connection, memory, open, type ShownDatom } from '../src/engine.ts'
import type { LocalStorage } from '../src/storage/port.ts'
import { NEVER } from './support/indexing.ts'
import { runs } from './support/seeds.ts'
import { instead, wrapped } from './support/wrapped-storage.ts'

const connections: Connection[] = []
afterEach(async () => {
  await Promise.all(connections.splice(0).map((conn) => conn.close()))
})

const schema = {
  'p/id': { type: 'string', unique: 'identity' },
  'p/name': { type: 'string', index: true },
  'p/mail': { type: 'string', many: true },
  'p/visits': { type: 'long' },
  'p/knows': { type: 'ref', many: true },
  'p/city': { type: 'string' },
  'p/name+city': { type: 'tuple', tupleAttrs: ['p/name', 'p/city'], index: true },
} as const

let storage: LocalStorage
async function connect(on = storage, now: () => number = Date.now): Promise<Connection> {
  const conn = await open('people', { storage: on, schema, now })
  connections.push(conn)
  return conn
}
const ADA = ['p/id', 'ada'] as const
async function people(): Promise<Connection> {
  storage = memory()
  const conn = await connect()
  await conn.transact([{ 'p/id': 'ada', 'p/name': 'Secret Ada', 'p/mail': ['ada@secret'], 'p/city': 'London' }])
  await conn.transact([{ 'p/id': 'bob', 'p/name': 'Bob', 'p/knows': ADA, 'p/city': 'Rome' }])
  await conn.transact([[':db/inc', ADA, 'p/visits', 3]])
  await conn.transact([{ 'p/id': 'ada', 'p/name': 'Countess', 'p/mail': ['new@secret'] }])
  await conn.transact([[':db/retract', ADA, 'p/mail', 'ada@secret']])
  return conn
}

/** All that a database says, in the past and in every index, and in the log. */
async function everything(conn: Connection): Promise<ShownDatom[]> {
  const db = conn.db()
  const logged: ShownDatom[] = []
  for await (const { datoms } of conn.log()) logged.push(...datoms)
  const indexed = await Promise.all(
    (['eavt', 'aevt'] as const).flatMap((index) => [db.datoms(index), db.history().datoms(index)]),
  )
  const byValue = await Promise.all(
    [db, db.history()].flatMap((d) => [d.datoms('avet', 'p/name'), d.datoms('avet', 'p/name+city')]),
  )
  return [...logged, ...indexed.flat(), ...byValue.flat()]
}
const mentions = (datoms: readonly ShownDatom[], text: string): boolean =>
  JSON.stringify(datoms.map((d) => d.v)).includes(text)
async function inBytes(text: string): Promise<boolean> {
  const store = await storage.open('people')
  const rows = await store.readLog(1)
  await store.close()
  return rows.some(({ body }) => Buffer.from(body).includes(text))
}

describe('excision', () => {
  it('of an entity leaves nothing of it, now, in the past, in the log and in the bytes, and says that it was', async () => {
    const conn = await people()
    const ada = (await conn.db().entid(ADA)) as number
    expect([await inBytes('Secret Ada'), mentions(await everything(conn), 'Countess')]).toEqual([true, true])
    const before = conn.db().basisT
    const report = await conn.excise(ADA, { txData: [{ 'db/id': 'datomic.tx', 'db/doc': 'ticket 7' }] })
    expect(report.removed).toBe(9)
    for (const conn2 of [conn, await connect()]) {
      const all = await everything(conn2)
      expect(all.filter((d) => d.e === ada)).toEqual([])
      for (const text of ['Secret Ada', 'Countess', 'secret', 'London']) expect(mentions(all, text), text).toBe(false)
      expect(mentions(all, 'Bob')).toBe(true)
      expect(await conn2.db().asOf(before).entid(ADA)).toBeUndefined()
      const said = '[:find ?t ?why :where [?x :db/excise ?t ?tx] [?tx :db/doc ?why]]'
      expect(await conn2.db().q(said)).toEqual([[ada, 'ticket 7']])
    }
    for (const text of ['Secret Ada', 'Countess', 'ada@secret', 'London']) expect(await inBytes(text), text).toBe(false)
    expect((await conn.transact([{ 'db/id': 'n', 'p/id': 'ada' }])).tempids.n).not.toBe(ada)
  })

  it('before a point takes what was asserted before it, with its retraction', async () => {
    const conn = await people()
    await conn.excise(ADA, { before: 6 })
    const all = await everything(conn)
    for (const text of ['Secret Ada', 'ada@secret', 'London']) expect(mentions(all, text), text).toBe(false)
    for (const text of ['Countess', 'new@secret']) expect(mentions(all, text), text).toBe(true)
    const left = await conn
      .db()
      .history()
      .datoms('eavt', await ofName(conn, 'Countess'))
    expect(left.map((d) => [d.v, d.added])).toEqual([
      ['Countess', true],
      ['new@secret', true],
    ])
    const [, , at] = await conn
      .db()
      .q<[number, number, number]>('[:find [?x ?t ?b] :where [?x :db/excise ?t] [?x :db.excise/beforeT ?b]]')
    expect(at).toBe(6)
  })

  it('of an attribute takes its values from all entities, and from the tuples they are part of', async () => {
    const conn = await people()
    await conn.excise('p/name')
    const all = await everything(conn)
    for (const text of ['Ada', 'Countess', 'Bob']) expect(mentions(all, text), text).toBe(false)
    expect(await conn.db().q('[:find [?c ...] :where [_ :p/city ?c]]')).toEqual(['London', 'Rome'])
    expect(await inBytes('Bob')).toBe(false)
    await conn.transact([{ 'p/id': 'bob', 'p/name': 'Robert' }])
    expect((await conn.db().datoms('avet', 'p/name+city')).map((d) => d.v)).toEqual([['Robert', 'Rome']])
  })

  it('is limited to attributes, twice over, and takes increments along', async () => {
    const conn = await people()
    const third = await conn.transact([[':db/inc', ADA, 'p/visits', 4]])
    expect((await conn.excise(ADA, { attrs: ['p/mail'] })).removed).toBe(2)
    await conn.excise(ADA, { attrs: ['p/visits'] })
    expect(await conn.db().pull(['p/name', 'p/mail', 'p/visits'], ADA)).toEqual({ 'p/name': 'Countess' })
    expect((await conn.undo(third.id)).reverted).toEqual([])
    expect(await (await connect()).db().pull(['p/visits'], ADA)).toBeUndefined()
    expect(await conn.db().q('[:find (count ?x) . :where [?x :db/excise]]')).toBe(2)
  })

  it('leaves no value that was taken before, in this connection or another', async () => {
    const conn = await people()
    const other = await connect()
    const names = '[:find [?n ...] :where [_ :p/name ?n]]'
    const [{ dbBefore }, { dbAfter }] = await Promise.all([
      conn.transact([{ 'p/id': 'bob', 'p/city': 'Oslo' }]),
      conn.transact([{ 'p/id': 'bob', 'p/city': 'Rome' }]),
    ])
    const old = [conn.db(), conn.db().asOf(3), other.db(), (await conn.db().with([])).dbAfter, dbBefore, dbAfter]
    const live = other.live<string[]>(names)
    let shown: readonly string[] = []
    const stop = live.subscribe(() => {
      const now = live.getSnapshot()
      if (now.status === 'ready') shown = now.data
    })
    while (shown.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    const { t } = await conn.excise(ADA)
    await other.syncTo(t)
    for (const db of old) {
      await expect(db.q(names)).rejects.toMatchObject({ code: 'db/gone' })
      await expect(db.asOf(1).datoms('eavt')).rejects.toMatchObject({ code: 'db/gone' })
      await expect(conn.db().q('[:find ?n :in $ $o :where [$o _ :p/name ?n]]', [db])).rejects.toMatchObject({
        code: 'db/gone',
      })
    }
    while (shown.length !== 1) await new Promise((resolve) => setTimeout(resolve, 1))
    expect([shown, await other.db().q(names), await conn.db().q(names)]).toEqual([['Bob'], ['Bob'], ['Bob']])
    stop()
    await Promise.all([other.transact([{ 'p/id': 'c' }]), conn.transact([{ 'p/id': 'd' }])])
    expect(mentions(await everything(await connect()), 'Countess')).toBe(false)
  })

  it.each([
    ['once', 1],
    ['twice', 2],
  ])('is done once it is durable, though what is left cannot be read at first (%s)', async (_, times) => {
    const first = await people()
    await first.close()
    let failing = 0
    const hesitating = wrapped(storage, (store) =>
      instead(store, {
        commit: async (change) => {
          const outcome = await store.commit(change)
          if (change.rewrite !== undefined) failing = times
          return outcome
        },
        readLog: async (from, limit) => {
          if (failing-- > 0) throw new AnnalsError('storage/failed', 'not now')
          return store.readLog(from, limit)
        },
      }),
    )
    const conn: Connection = await open('people', { storage: hesitating, schema, indexing: NEVER })
    connections.push(conn)
    conn.health.subscribe(() => undefined)
    const names = '[:find [?n ...] :where [_ :p/name ?n]]'
    const old = conn.db()
    expect((await conn.excise(ADA)).removed).toBe(9)
    await expect(old.q(names)).rejects.toMatchObject({ code: 'db/gone' })
    if (times > 1) {
      expect(conn.health.getSnapshot()).toMatchObject([{ code: 'storage/failed' }])
      await expect(conn.db().q(names)).rejects.toMatchObject({ code: 'db/gone' })
      await conn.transact([{ 'p/id': 'c' }])
    }
    expect(await conn.db().q(names)).toEqual(['Bob'])
    await expect(old.q(names)).rejects.toMatchObject({ code: 'db/gone' })
  })

  it('refuses schema, built-ins, transactions, its own record and what nobody knows, and leaves no trace of the attempt', async () => {
    const conn = await people()
    const { basisT } = conn.db()
    const tx = (await conn.db().datoms('eavt', ADA))[0]?.tx as number
    for (const target of [':db/doc', 'db/txInstant', ':db.type/string', tx]) {
      await expect(conn.excise(target), String(target)).rejects.toMatchObject({ code: 'tx/not-excisable' })
    }
    await expect(conn.excise('p/name', { attrs: ['p/mail'] })).rejects.toMatchObject({ code: 'tx/not-excisable' })
    await expect(conn.excise(['p/id', 'nobody'])).rejects.toMatchObject({ code: 'entity/unknown' })
    await expect(conn.excise(99_999)).rejects.toMatchObject({ code: 'entity/unknown' })
    const text = 'p/name' as unknown as string[]
    await expect(conn.excise(ADA, { attrs: text })).rejects.toMatchObject({ code: 'db/bad-option' })
    await expect(conn.excise(ADA, { attrs: ['p/nam'] })).rejects.toMatchObject({ code: 'attribute/unknown' })
    await expect(conn.excise(ADA, { before: crypto.randomUUID() })).rejects.toMatchObject({
      code: 'log/unknown-transaction',
    })
    expect(conn.db().basisT).toBe(basisT)
    await conn.transact([{ 'db/ident': ':green' }])
    await expect(conn.excise(':green')).rejects.toMatchObject({ code: 'tx/not-excisable' })
    await expect(conn.excise(ADA, { attrs: [] })).rejects.toMatchObject({ code: 'tx/not-excisable' })
    await conn.excise(ADA)
    const bob = ['p/id', 'bob'] as const
    for (const form of [
      { 'db/excise': bob },
      { 'db/id': 'db.excise/excision', 'db.excise/attrs': [':p/mail'] },
      { 'db.excise/attrs': [':p/mail'] },
    ]) {
      const refused = conn.excise(bob, { attrs: ['p/name'], txData: [form] })
      await expect(refused).rejects.toMatchObject({ code: 'tx/not-excisable' })
    }
    expect(await conn.db().q('[:find ?n . :where [?e :p/id "bob"] [?e :p/name ?n]]')).toBe('Bob')
    const record = await conn.db().q<number>('[:find ?x . :where [?x :db/excise]]')
    for (const target of [record, 'db/excise']) {
      await expect(conn.excise(target), String(target)).rejects.toMatchObject({ code: 'tx/not-excisable' })
    }
    // or nobody could tell any more what was taken out
    const renamed = conn.transact([[':db/add', ':db/excise', 'db/ident', ':x/old']])
    await expect(renamed).rejects.toMatchObject({ code: 'schema/frozen' })
  })

  it('is whole or not at all, whenever the process dies; and a damaged remainder is reported', async () => {
    for (const fate of ['before', 'after'] as const) {
      await people()
      const dying = await connect(dyingAt(storage, fate))
      await expect(dying.excise(ADA)).rejects.toThrow('died')
      const again = await connect()
      expect(mentions(await everything(again), 'Countess'), fate).toBe(fate === 'before')
      expect(await inBytes('Countess'), fate).toBe(fate === 'before')
    }
    await Promise.all(connections.splice(0).map((conn) => conn.close()))
    const store = await storage.open('people')
    const { t } = (await store.read()).heads.confirmed
    const row = (await store.readLog(3, 1))[0]
    row?.body.set([255], row.body.length - 1)
    await store.commit({ expect: { t }, rewrite: row === undefined ? [] : [row] })
    await expect(connect()).rejects.toMatchObject({ code: 'storage/corrupt', data: { t: 3 } })
  })

  it('leaves what a log without those facts would say', async () => {
    const who = fc.constantFrom('a', 'b')
    const form = fc.oneof(
      fc.record({ 'p/id': who, 'p/name': fc.constantFrom('x', 'y') }),
      fc.record({ 'p/id': who, 'p/city': fc.constantFrom('u', 'v'), 'p/mail': fc.constantFrom('m', 'n') }),
      who.map((w) => [':db/retractEntity', ['p/id', w]]),
      fc.tuple(who, fc.constantFrom('p/name', 'p/mail', 'p/city')).map(([w, a]) => [':db/retract', ['p/id', w], a]),
    )
    const cut = fc.record({
      attr: fc.constantFrom('p/name', 'p/mail', 'p/city'),
      before: fc.option(fc.integer({ min: 2, max: 9 })),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(form, { minLength: 1, maxLength: 2 }), { maxLength: 8 }),
        cut,
        async (txs, { attr, before }) => {
          storage = memory()
          const conn = await connect()
          for (const tx of txs) await conn.transact(tx).catch(() => undefined)
          const last = 2 ** 29 + conn.db().basisT
          const a = (await conn.db().entid(`:${attr}`)) as number
          const tuple = await conn.db().entid(':p/name+city')
          const said = (await conn.db().history().datoms('eavt')).filter((d) => d.a !== tuple)
          const until = before === null ? Number.POSITIVE_INFINITY : 2 ** 29 + before
          const from = (d: ShownDatom): number =>
            Math.max(
              ...said
                .filter((s) => s.added && s.tx <= d.tx && s.e === d.e && s.a === d.a && s.v === d.v)
                .map((s) => s.tx),
            )
          const wanted = said.filter((d) => d.a !== a || from(d) >= until).map(key)
          await conn.excise(attr, before === null ? {} : { before })
          for (const c of [conn, await connect()]) {
            const left = (await c.db().history().datoms('eavt')).filter((d) => d.a !== tuple && d.tx <= last)
            expect(left.map(key)).toEqual(wanted)
            const tuples = await c.db().datoms('aevt', 'p/name+city')
            for (const { e, v } of tuples) {
              const [name, city] = v as (string | null)[]
              const now = await c.db().pull<Record<string, unknown>>(['p/name', 'p/city'], e)
              expect([now?.['p/name'] ?? null, now?.['p/city'] ?? null]).toEqual([name, city])
            }
          }
          await Promise.all(connections.splice(0).map((c) => c.close()))
        },
      ),
      runs(60),
    )
  }, 60_000)
})

const key = (d: ShownDatom): string => JSON.stringify([d.e, d.a, d.v, d.tx, d.added])
const ofName = async (conn: Connection, name: string): Promise<number> =>
  conn.db().q<number>('[:find ?e . :in $ ?n :where [?e :p/name ?n]]', [name])

/** A storage whose process dies at the write that takes rows away, before or after it is done. */
const dyingAt = (of: LocalStorage, fate: 'before' | 'after'): LocalStorage => {
  let isDead = false
  return wrapped(of, (store) =>
    instead(store, {
      commit: async (change) => {
        if (change.rewrite === undefined) return store.commit(change)
        if (fate === 'after') await store.commit(change)
        isDead = true
        throw new Error('died')
      },
      readLog: async (from, limit) => {
        if (isDead) throw new Error('dead')
        return store.readLog(from, limit)
      },
    }),
  )
}

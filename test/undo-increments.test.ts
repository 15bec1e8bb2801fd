import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { decodeRecord, encodeRecord } from '../src/engine/record.ts'
import { type Connection, memory, open, type TxReport } from '../src/engine.ts'
import { join } from './support/join.ts'
import { runs } from './support/seeds.ts'
import { agreed, type Client, quiet, SCHEMA, TestServer } from './support/sync-world.ts'

let conn: Connection
afterEach(() => conn?.close())

const schema = {
  'inv/sku': { type: 'string', unique: 'identity' },
  'inv/count': { type: 'long' },
  'inv/weight': { type: 'double' },
  'inv/atoms': { type: 'bigint' },
  'inv/hits': { type: 'long', noHistory: true },
} as const
const A = ['inv/sku', 'A'] as const
const inc = (n: number | bigint, attribute = 'inv/count') => [':db/inc', A, attribute, n]

async function shop(count?: number): Promise<void> {
  conn = await open('increments', { storage: memory(), schema })
  await conn.transact([{ 'inv/sku': 'A', ...(count !== undefined && { 'inv/count': count }) }])
}
const value = async (attribute = 'inv/count'): Promise<unknown> => (await conn.db().datoms('eavt', A, attribute))[0]?.v

describe('undo of db/inc', () => {
  it('takes off what was added, whatever came later', async () => {
    await shop(10)
    const five = await conn.transact([inc(5)])
    await conn.transact([inc(3)])
    const report = await conn.undo(five.id)
    expect(await value()).toBe(13)
    expect(report.skipped).toEqual([])
    expect(report.reverted.map((d) => [d.v, d.added, d.tx])).toEqual([
      [10, false, five.tx],
      [15, true, five.tx],
    ])
    await conn.transact([[':db/add', A, 'inv/count', 100]])
    await conn.undo(report.id as string)
    expect(await value()).toBe(105)
  })

  it('restores exactly where nothing came later: a counter that it made is gone, a sum of doubles is as it was', async () => {
    await shop()
    const made = await conn.transact([inc(5), [':db/add', A, 'inv/weight', 0.1]])
    const more = await conn.transact([inc(0.2, 'inv/weight')])
    await conn.undo(more.id)
    expect(await value('inv/weight')).toBe(0.1)
    await conn.undo(made.id)
    expect([await value(), await value('inv/weight')]).toEqual([undefined, undefined])
  })

  it('happens once, until it is undone itself', async () => {
    await shop(0)
    const five = await conn.transact([inc(5)])
    const three = await conn.transact([inc(3)])
    const undo = await conn.undo(five.id)
    const again = await conn.undo(five.id)
    expect(again.id).toBeUndefined()
    expect(again.skipped.map((s) => [s.reason, s.by])).toEqual(Array(2).fill(['superseded', await txOf(undo.id)]))
    expect(await value()).toBe(3)
    await conn.undo(undo.id as string)
    expect(await value()).toBe(8)
    await conn.undo(five.id)
    await conn.undo(three.id)
    expect(await value()).toBe(0)
  })

  it('of several in one transaction is one, and a list adds up', async () => {
    await shop(0)
    const twice = await conn.transact([inc(5), inc(2)])
    const atoms = await conn.transact([inc(10n ** 20n, 'inv/atoms'), inc(1)])
    await conn.transact([inc(100), inc(1n, 'inv/atoms')])
    await conn.undo([twice.id, atoms.id])
    expect([await value(), await value('inv/atoms')]).toEqual([100, 1n])
    await conn.undo(conn.db().basisT)
    expect([await value(), await value('inv/atoms')]).toEqual([108, 10n ** 20n + 1n])
  })

  it('of several that cancel each other can still be undone and redone', async () => {
    await shop(1)
    const up = await conn.transact([inc(5)])
    await conn.transact([inc(7)])
    const down = await conn.transact([inc(-5)])
    await conn.transact([inc(1)])
    const undo = await conn.undo([up.id, down.id])
    expect(await value()).toBe(9)
    await conn.undo(undo.id as string)
    expect(await value()).toBe(9)
    await conn.undo(up.id)
    expect(await value()).toBe(4)
  })

  it('leaves a number alone that is gone, or would leave its range', async () => {
    await shop(0)
    const five = await conn.transact([inc(5)])
    await conn.transact([inc(1)])
    const cut = await conn.transact([[':db/retract', A, 'inv/count']])
    expect((await conn.undo(five.id)).skipped.map((s) => s.by)).toEqual([cut.tx, cut.tx])
    await conn.transact([[':db/add', A, 'inv/count', Number.MIN_SAFE_INTEGER + 2]])
    expect((await conn.planUndo(five.id)).reverted).toEqual([])
    await conn.transact([[':db/retractEntity', A]])
    await conn.undo(five.id)
    expect(await conn.db().entid(A)).toBeUndefined()
    expect(await conn.db().datoms('aevt', 'inv/count')).toEqual([])
  })

  it('works where no history is kept', async () => {
    await shop()
    await conn.transact([inc(1, 'inv/hits')])
    const two = await conn.transact([inc(2, 'inv/hits')])
    await conn.undo(two.id)
    expect(await value('inv/hits')).toBe(1)
    const four = await conn.transact([inc(4, 'inv/hits')])
    await conn.transact([inc(8, 'inv/hits')])
    await conn.undo(four.id)
    expect(await value('inv/hits')).toBe(9)
  })

  it('does not let an older fact come back that only looks the same', async () => {
    await shop(0)
    const up = await conn.transact([inc(5)])
    await conn.transact([inc(-5)])
    const upAgain = await conn.transact([inc(5)])
    await conn.undo(up.id)
    expect(await value()).toBe(0)
    await conn.undo(upAgain.id)
    expect(await value()).toBe(-5)
  })

  it('a set below an increment that was undone can be undone', async () => {
    await shop(10)
    const set = await conn.transact([[':db/add', A, 'inv/count', 50]])
    const up = await conn.transact([inc(5)])
    await conn.undo(up.id)
    await conn.undo(set.id)
    expect(await value()).toBe(10)
  })

  it('two at once take it back once', async () => {
    await shop(0)
    const five = await conn.transact([inc(5)])
    await conn.transact([inc(3)])
    await Promise.all([conn.undo(five.id), conn.undo(five.id)])
    expect(await value()).toBe(3)
  })

  it('is seen in speculation too', async () => {
    await shop(0)
    const five = await conn.transact([inc(5)])
    await conn.transact([inc(3)])
    const undo = [':db/undo', ['tx/id', five.id]]
    const once = await conn.db().with([undo])
    expect(await once.dbAfter.q('[:find ?n . :where [_ :inv/count ?n]]')).toBe(3)
    const twice = await once.dbAfter.with([undo])
    expect(await twice.dbAfter.q('[:find ?n . :where [_ :inv/count ?n]]')).toBe(3)
  })

  it('a set of any increments is the undo of each, and all of them leave what other writers did', async () => {
    const step = fc.record({ delta: fc.integer({ min: -3, max: 3 }), set: fc.option(fc.integer({ min: 0, max: 9 })) })
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 6 }),
        fc.infiniteStream(fc.boolean()),
        async (steps, picks) => {
          const picked = steps.map(() => picks.next().value as boolean)
          const run = async (): Promise<TxReport[]> => {
            await shop(0)
            const made: TxReport[] = []
            for (const { delta, set } of steps) {
              made.push(await conn.transact([inc(delta)]))
              if (set !== null) await conn.transact([[':db/add', A, 'inv/count', set]])
            }
            return made
          }
          const lastSet = steps.findLastIndex((s) => s.set !== null)
          const base = steps[lastSet]?.set ?? 0
          const left = steps.reduce((n, s, i) => n + (i > lastSet && !picked[i] ? s.delta : 0), base)
          // increments before the set that replaced them are taken off it: what was added is given back, whatever came later
          const early = steps.reduce((n, s, i) => n - (i <= lastSet && picked[i] ? s.delta : 0), 0)
          let ids = (await run()).filter((_, i) => picked[i]).map((r) => r.id)
          if (ids.length > 0) await conn.undo(ids)
          expect(await value()).toBe(left + early)
          await conn.close()
          ids = (await run()).filter((_, i) => picked[i]).map((r) => r.id)
          for (const id of ids.reverse()) await conn.undo(id)
          expect(await value()).toBe(left + early)
          await conn.close()
        },
      ),
      runs(80),
    )
    await shop()
  }, 60_000)
})

describe('increments in the log', () => {
  const record = { instant: 5, origin: undefined, aliases: new Map<number, number>() }
  const data = { length: 1, e: [1000], a: [1001], v: [15], added: [1 as const] }
  const decoded = (increments: Parameters<typeof encodeRecord>[0]['data']['increments']) =>
    decodeRecord({
      t: 1,
      txid: '',
      hash: '',
      body: encodeRecord({ ...record, data: { ...data, increments } }, new Uint8Array(16).fill(7)),
    })

  it('come back as they were, and a record without them is as before they existed', () => {
    const increments = [
      { e: 1000, a: 1001, delta: -5 },
      { e: 1000, a: 1002, delta: 2n ** 70n, of: { tx: 2 ** 29 + 3, exact: true } },
      { e: 1000, a: 1003, delta: 0.5, of: { tx: 2 ** 29 + 3, exact: false } },
    ]
    expect(decoded(increments).data.increments).toEqual(increments)
    const body = encodeRecord({ ...record, data: { ...data, increments: [] } }, new Uint8Array(16).fill(7))
    expect(Buffer.from(body.subarray(16)).toString('hex')).toBe(OLD_BODY)
    expect(decoded([]).data.increments).toEqual([])
  })
})

/** A body of one datom, as it was written before there were increments. */
const OLD_BODY = 'a6616144e9030000616544e8030000616601616905616f41016176810f'

describe('increments offline', () => {
  it('an undo made offline takes its increment off what others made of the number, on every replica alike', async () => {
    const server = new TestServer()
    const [a, b] = [await join(server), await join(server)]
    await a.conn.transact(SCHEMA)
    await a.conn.transact([{ 'inv/sku': 'A', 'inv/count': 10 }])
    await quiet(a)
    await agreed(a, b)
    const count = async ({ conn }: Client) => (await conn.db().datoms('eavt', A, 'inv/count'))[0]?.v
    a.conn.sync.setOnline(false)
    const five = await a.conn.transact([inc(5)])
    await b.conn.transact([inc(100)])
    await quiet(b)
    const undo = await a.conn.undo(five.id)
    expect(await count(a)).toBe(10)
    await a.conn.undo(undo.id as string)
    await a.conn.transact([inc(1)])
    expect(await count(a)).toBe(16)
    a.conn.sync.setOnline(true)
    await quiet(a)
    await agreed(a, b)
    expect([await count(a), await count(b)]).toEqual([116, 116])
    await b.conn.undo(five.id)
    await quiet(b)
    await agreed(a, b)
    expect([await count(a), await count(b)]).toEqual([111, 111])
    expect((await b.conn.undo(five.id)).id).toBeUndefined()
  })
})

async function txOf(id: string | undefined): Promise<number | undefined> {
  return conn.db().entid(['tx/id', id])
}

import { afterEach, describe, expect, it } from 'vitest'
import type { LogRange } from '../src/api/connection.ts'
import { type Connection, memory, open, type TxReport } from '../src/engine.ts'

let conn: Connection
afterEach(() => conn.close())

const START = Date.UTC(2026, 0, 1)
let clock = START
/** `n` transactions, a second apart, of which the one of `t` k is made[k]. */
async function made(n: number): Promise<TxReport[]> {
  clock = START
  conn = await open('log', { storage: memory(), now: () => clock })
  const reports: TxReport[] = [undefined as never]
  for (let i = 1; i <= n; i++) {
    clock = START + i * 1000
    reports.push(await conn.transact([[':db/add', 'datomic.tx', 'db/doc', String(i)]]))
  }
  return reports
}
const ts = async (range?: LogRange): Promise<number[]> => {
  const out: number[] = []
  for await (const { t } of conn.log(range)) out.push(t)
  return out
}
const at = (s: number): Date => new Date(START + s * 1000)

describe('the log', () => {
  it('is told from a point to a point, both included, by t, transaction, id and Date', async () => {
    const reports = await made(5)
    const [two, four] = [reports[2] as TxReport, reports[4] as TxReport]
    for (const [from, to] of [
      [2, 4],
      [two.tx, four.tx],
      [two.id, four.id],
      [at(2), at(4)],
      [at(1.001), at(4.999)],
    ] as const) {
      expect(await ts({ from, to })).toEqual([2, 3, 4])
      expect(await ts({ from, to, reverse: true })).toEqual([4, 3, 2])
    }
    expect(await ts({ to: at(0) })).toEqual([])
    expect(await ts({ from: 6 })).toEqual([])
    expect(await ts({ from: 4, to: 99 })).toEqual([4, 5])
    expect(await ts({ from: 4, to: 3 })).toEqual([])
  })

  it('backward, page after page, and no more than is wanted', async () => {
    await made(450)
    const all = Array.from({ length: 450 }, (_, i) => i + 1)
    expect(await ts()).toEqual(all)
    expect(await ts({ reverse: true })).toEqual(all.toReversed())
    expect(await ts({ limit: 3 })).toEqual([1, 2, 3])
    expect(await ts({ limit: 3, reverse: true })).toEqual([450, 449, 448])
    expect(await ts({ from: 100, limit: 250 })).toEqual(all.slice(99, 349))
    expect(await ts({ limit: 0 })).toEqual([])
  })

  it('follows up to a t, to a number of transactions, or until the reader stops', async () => {
    await made(2)
    const following = [
      ts({ live: true, to: 4 }),
      ts({ live: true, limit: 3 }),
      ts({ live: true, from: at(2), limit: 2 }),
      ts({ live: true, to: at(2) }),
      ts({ live: true, from: 4, to: 4 }),
      ts({ live: true, from: 2, to: 1 }),
    ]
    for (let i = 3; i <= 5; i++) await conn.transact([[':db/add', 'datomic.tx', 'db/doc', String(i)]])
    expect(await Promise.all(following)).toEqual([[1, 2, 3, 4], [1, 2, 3], [2, 3], [1, 2], [4], []])
  })

  it('ends for a follower when the connection is closed', async () => {
    await made(1)
    const following = ts({ live: true })
    await conn.close()
    await expect(following).rejects.toMatchObject({ code: 'connection/closed' })
  })

  it('refuses ranges that mean nothing', async () => {
    await made(1)
    await expect(ts({ live: true, reverse: true })).rejects.toMatchObject({ code: 'db/bad-option' })
    await expect(ts({ limit: -1 })).rejects.toMatchObject({ code: 'db/bad-option' })
    await expect(ts({ from: 1.5 })).rejects.toMatchObject({ code: 'db/unknown-point' })
    await expect(ts({ to: crypto.randomUUID() })).rejects.toMatchObject({ code: 'log/unknown-transaction' })
  })
})

describe('syncTo', () => {
  it('gives a value that has come so far, now or later', async () => {
    await made(1)
    expect((await conn.syncTo(1)).basisT).toBe(1)
    const later = conn.syncTo(3)
    for (let i = 0; i < 3; i++) await conn.transact([[':db/add', 'datomic.tx', 'db/doc', 'x']])
    expect((await later).basisT).toBeGreaterThanOrEqual(3)
  })

  it('gives up in time, when it is told to, and when the connection is closed', async () => {
    await made(1)
    await expect(conn.syncTo(2, { timeout: 1 })).rejects.toMatchObject({ code: 'db/timeout', data: { t: 2 } })
    const abort = new AbortController()
    const waiting = conn.syncTo(2, { signal: abort.signal })
    abort.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'db/aborted' })
    await expect(conn.syncTo(2, { signal: abort.signal })).rejects.toMatchObject({ code: 'db/aborted' })
    await expect(conn.syncTo(-1)).rejects.toMatchObject({ code: 'db/unknown-point' })
    const last = conn.syncTo(2)
    await conn.close()
    await expect(last).rejects.toMatchObject({ code: 'connection/closed' })
  })
})

import { beforeEach, describe, expect, it } from 'vitest'
import type { LocalCommit, LocalStorage } from '../../src/storage/port.ts'
import { storeBeforeEach } from './local-store.ts'
import { body, logRow, queueRow, range, rejectedRow, withTextOf } from './rows.ts'

/** What a commit does, and what is read afterwards. */
export function localCommitsSuite(makeStorage: () => LocalStorage): void {
  const at = storeBeforeEach(makeStorage)
  const { append, commit, enqueue, open } = at
  const queued = async () => (await at.store.read()).queue.map(({ seq }) => seq)
  const refused = async () => (await at.store.read()).rejected.map(({ txid }) => txid)

  describe('the log', () => {
    it('moves the confirmed head to the last row', async () => {
      expect(await append(1, 3)).toBe('committed')
      expect((await at.store.read()).heads.confirmed).toEqual({ t: 3, hash: 'hash-3' })
      expect(await append(4, 4)).toBe('committed')
      expect((await at.store.read()).heads.confirmed).toEqual({ t: 4, hash: 'hash-4' })
    })

    it('reads ranges across commits, in order, at most `limit`', async () => {
      for (const [from, to] of [
        [1, 3],
        [4, 4],
        [5, 9],
        [10, 12],
      ] as const)
        await append(from, to)
      for (let from = -1; from <= 14; from++) {
        const first = Math.max(from, 1)
        expect(await at.store.readLog(from)).toEqual(range(first, 12, logRow))
        for (let limit = 0; limit <= 14; limit++) {
          const last = Math.min(first + limit - 1, 12)
          expect(await at.store.readLog(from, limit), `${from} ${limit}`).toEqual(range(first, last, logRow))
        }
      }
    })

    it('gives bytes back as they were, and as nobody else’s', async () => {
      const row = { ...logRow(1), body: body(1) }
      const committed = commit({ expect: { t: 0 }, log: [row] })
      row.body.fill(9)
      await committed
      const [read] = await at.store.readLog(1)
      expect(read).toEqual(logRow(1))
      expect(read?.body).toBeInstanceOf(Uint8Array)
      expect(read?.body.buffer.byteLength).toBe(4)
      read?.body.fill(8)
      expect(await at.store.readLog(1)).toEqual([logRow(1)])
    })

    it('keeps empty and large bodies', async () => {
      const large = new Uint8Array(300_000).map((_, i) => i * 31)
      const rows = [logRow(1), { ...logRow(2), body: new Uint8Array(0) }, { ...logRow(3), body: large }]
      await commit({ expect: { t: 0 }, log: rows })
      expect((await at.store.readLog(1)).map(withTextOf)).toEqual(rows.map(withTextOf))
    })

    it.each([
      ['a gap', { expect: { t: 1 }, log: [logRow(3)] }],
      ['a gap inside', { expect: { t: 1 }, log: [logRow(2), logRow(4)] }],
      ['a repetition', { expect: { t: 1 }, log: [logRow(1)] }],
      ['no expected t', { expect: {}, log: [logRow(2)] }],
    ])('refuses %s as an assertion', async (_, change) => {
      await append(1, 1)
      await expect(commit({ ...change, meta: new Map([['a', 1]]) })).rejects.toMatchObject({
        code: 'internal/assertion',
      })
      expect(await at.store.readLog(1)).toEqual([logRow(1)])
      expect((await at.store.read()).meta.size).toBe(0)
    })
  })

  describe('a rewritten row', () => {
    const other = (t: number) => ({ ...logRow(t), body: body(1000 + t) })

    it('gets another body in place, in one step with what is appended', async () => {
      for (const [from, to] of [
        [1, 3],
        [4, 4],
        [5, 9],
      ] as const)
        await append(from, to)
      const second = await open()
      const told: number[] = []
      second.watch(() => told.push(1))
      const change = { expect: { t: 9 }, rewrite: [other(2), other(3), other(5)], log: [logRow(10)] }
      expect(await commit(change)).toBe('committed')
      const wanted = range(1, 10, (t) => ([2, 3, 5].includes(t) ? other(t) : logRow(t)))
      expect(await at.store.readLog(1)).toEqual(wanted)
      expect(await second.readLog(2, 2)).toEqual(wanted.slice(1, 3))
      expect((await second.read()).heads.confirmed).toEqual({ t: 10, hash: 'hash-10' })
      expect(await commit({ expect: { t: 10 }, rewrite: [other(10)] })).toBe('committed')
      expect((await second.readLog(10))[0]).toEqual(other(10))
    })

    it('is as it was where the head has moved', async () => {
      await append(1, 2)
      expect(await commit({ expect: { t: 1 }, rewrite: [other(1)] })).toBe('lost')
      expect(await at.store.readLog(1)).toEqual(range(1, 2, logRow))
    })

    it.each([
      ['beyond the log', { expect: { t: 2 }, rewrite: [other(3)] }],
      ['without an expected t', { expect: {}, rewrite: [other(1)] }],
      ['under another txid', { expect: { t: 2 }, rewrite: [{ ...other(1), txid: 'tx-2' }] }],
      ['with another hash', { expect: { t: 2 }, rewrite: [other(2), { ...other(1), hash: 'x' }] }],
    ])('is refused %s, and nothing is changed', async (_, change) => {
      await append(1, 2)
      await expect(commit({ ...change, meta: new Map([['a', 1]]) })).rejects.toMatchObject({
        code: 'internal/assertion',
      })
      expect(await at.store.readLog(1)).toEqual(range(1, 2, logRow))
      expect((await at.store.read()).meta.size).toBe(0)
    })
  })

  describe('the queue', () => {
    it('moves its own head, which nothing takes back', async () => {
      expect(await enqueue(1, 3)).toBe('committed')
      await commit({ expect: {}, dequeueTo: 3 })
      expect((await at.store.read()).heads).toEqual({
        confirmed: { t: 0, hash: '' },
        queue: { seq: 3, txid: 'pending-3' },
        claim: 0,
      })
      expect(await enqueue(4, 4)).toBe('committed')
      expect(await queued()).toEqual([4])
    })

    it('lets go of rows up to a seq, whatever commits brought them', async () => {
      await enqueue(1, 3)
      await enqueue(4, 4)
      await enqueue(5, 8)
      for (let to = 0; to <= 8; to++) {
        await commit({ expect: {}, dequeueTo: to })
        expect((await at.store.read()).queue).toEqual(range(to + 1, 8, (seq) => queueRow(seq)))
      }
      await commit({ expect: {}, dequeueTo: 2 })
      expect(await queued()).toEqual([])
    })

    it('is read as far as it is new to the reader, who hears what has left it', async () => {
      const beyond = async (seq: number) => {
        const { queue, done } = await at.store.read(undefined, seq)
        return [queue.map((row) => row.seq), done]
      }
      expect(await beyond(0)).toEqual([[], 0])
      await enqueue(1, 3)
      await enqueue(4, 8)
      expect(await beyond(0)).toEqual([[1, 2, 3, 4, 5, 6, 7, 8], 0])
      expect(await beyond(5)).toEqual([[6, 7, 8], 0])
      await commit({ expect: {}, dequeueTo: 6 })
      expect(await beyond(0)).toEqual([[7, 8], 6])
      expect(await beyond(7)).toEqual([[8], 6])
      for (const seq of [8, Number.MAX_SAFE_INTEGER]) expect(await beyond(seq)).toEqual([[], 6])
      await commit({ expect: {}, dequeueTo: 8 })
      expect(await beyond(3)).toEqual([[], 8])
    })

    it('replaces rows in place, where they are still queued', async () => {
      await enqueue(1, 3)
      await enqueue(4, 4)
      await enqueue(5, 8)
      await commit({ expect: {}, dequeueTo: 2 })
      const rows = [1, 3, 4, 7, 9].map((seq) => queueRow(seq, body(seq * 100)))
      expect(await commit({ expect: {}, requeue: rows })).toBe('committed')
      const want = range(3, 8, (seq) => queueRow(seq, body([3, 4, 7].includes(seq) ? seq * 100 : seq)))
      expect((await at.store.read()).queue).toEqual(want)
      await commit({ expect: {}, dequeueTo: 3, requeue: [queueRow(3), queueRow(8, body(800))] })
      expect((await at.store.read()).queue).toEqual([...want.slice(1, -1), queueRow(8, body(800))])
    })

    it('ignores the requeueing of a row that left, of one never queued, and in an empty queue', async () => {
      const rows = [queueRow(1, body(100)), queueRow(5, body(500))]
      expect(await commit({ expect: {}, requeue: rows })).toBe('committed')
      await enqueue(1, 1)
      await commit({ expect: {}, dequeueTo: 1 })
      expect(await commit({ expect: {}, requeue: rows })).toBe('committed')
      expect((await at.store.read()).queue).toEqual([])
      expect((await at.store.read()).heads.queue.seq).toBe(1)
    })

    it('takes and lets go in one step', async () => {
      await enqueue(1, 2)
      const change = { expect: { seq: 2 }, enqueue: range(3, 5, (seq) => queueRow(seq)), dequeueTo: 4 }
      expect(await commit(change)).toBe('committed')
      expect(await queued()).toEqual([5])
    })

    it.each([
      ['a gap', { expect: { seq: 2 }, enqueue: [queueRow(4)] }],
      ['a gap inside', { expect: { seq: 2 }, enqueue: [queueRow(3), queueRow(5)] }],
      ['a repetition', { expect: { seq: 2 }, enqueue: [queueRow(2)] }],
      ['no expected seq', { expect: {}, enqueue: [queueRow(3)] }],
      ['letting go of what was never queued', { expect: {}, dequeueTo: 3 }],
      ['letting go of no number', { expect: {}, dequeueTo: Number.NaN }],
      ['one seq requeued twice', { expect: {}, requeue: [queueRow(1), queueRow(1)] }],
      ['a seq requeued as another transaction', { expect: {}, requeue: [{ ...queueRow(1), txid: 'x' }] }],
    ])('refuses %s as an assertion', async (_, change) => {
      await enqueue(1, 2)
      await expect(commit({ ...change, meta: new Map([['a', 1]]) })).rejects.toMatchObject({
        code: 'internal/assertion',
      })
      const { queue, meta, heads } = await at.store.read()
      expect([queue, meta.size, heads.queue.seq]).toEqual([range(1, 2, (seq) => queueRow(seq)), 0, 2])
    })

    it('gives bytes back as they were, and as nobody else’s', async () => {
      const row = queueRow(1)
      const committed = commit({ expect: { seq: 0 }, enqueue: [row] })
      row.body.fill(9)
      await committed
      const [read] = (await at.store.read()).queue
      expect(read).toEqual(queueRow(1))
      expect(read?.body.buffer.byteLength).toBe(4)
      read?.body.fill(8)
      expect((await at.store.read()).queue).toEqual([queueRow(1)])
    })
  })

  describe('the list of the refused', () => {
    it('keeps the order of refusal until told to forget', async () => {
      await commit({ expect: {}, reject: [rejectedRow(9), rejectedRow(1)] })
      await commit({ expect: {}, reject: [rejectedRow(5)] })
      expect((await at.store.read()).rejected).toEqual([rejectedRow(9), rejectedRow(1), rejectedRow(5)])
      await commit({ expect: {}, unreject: ['refused-1', 'refused-77'] })
      expect(await refused()).toEqual(['refused-9', 'refused-5'])
    })

    it('holds a transaction once, with the newest body', async () => {
      await commit({ expect: {}, reject: [rejectedRow(1), rejectedRow(2)] })
      await commit({ expect: {}, reject: [{ ...rejectedRow(1), body: body(50) }] })
      expect((await at.store.read()).rejected).toEqual([{ ...rejectedRow(1), body: body(50) }, rejectedRow(2)])
    })

    it('forgets before it adds', async () => {
      await commit({ expect: {}, reject: [rejectedRow(1), rejectedRow(2)] })
      await commit({ expect: {}, reject: [rejectedRow(1), rejectedRow(3)], unreject: ['refused-1'] })
      expect(await refused()).toEqual(['refused-2', 'refused-1', 'refused-3'])
    })
  })

  describe('named values', () => {
    it('are set, replaced and removed by undefined', async () => {
      const value = { deep: [1n, new Date(5), new Uint8Array([1, 2]), null, new Map([['k', Number.NaN]])] }
      await commit({
        expect: {},
        meta: new Map<string, unknown>([
          ['a', value],
          ['b', 1],
          ['', 'nameless'],
        ]),
      })
      expect((await at.store.read()).meta).toEqual(
        new Map<string, unknown>([
          ['a', value],
          ['b', 1],
          ['', 'nameless'],
        ]),
      )
      await commit({
        expect: {},
        meta: new Map<string, unknown>([
          ['a', undefined],
          ['b', 2],
          ['c', undefined],
        ]),
      })
      expect((await at.store.read()).meta).toEqual(
        new Map<string, unknown>([
          ['b', 2],
          ['', 'nameless'],
        ]),
      )
    })

    it('are copies', async () => {
      const list = [1]
      const committed = commit({ expect: {}, meta: new Map([['list', list]]) })
      list.push(2)
      await committed
      const read = (await at.store.read()).meta.get('list') as number[]
      expect(read).toEqual([1])
      read.push(3)
      expect((await at.store.read()).meta.get('list')).toEqual([1])
    })

    it('that cannot be stored fail the whole commit', async () => {
      const meta = new Map<string, unknown>([
        ['fine', 1],
        ['bad', { f: () => {} }],
      ])
      const change = {
        expect: { t: 0, seq: 0 },
        log: [logRow(1)],
        enqueue: [queueRow(1)],
        reject: [rejectedRow(1)],
        meta,
      }
      await expect(commit(change)).rejects.toMatchObject({ code: 'storage/failed', data: { name: 'bad' } })
      const state = await at.store.read()
      expect([state.heads.confirmed.t, state.queue, state.rejected, state.meta.size]).toEqual([0, [], [], 0])
      expect(await at.store.readLog(1)).toEqual([])
    })
  })

  describe('claims', () => {
    it('count up by one, and only from where they are', async () => {
      expect(await commit({ expect: { claim: 0 }, claim: 1 })).toBe('committed')
      expect(await commit({ expect: { claim: 0 }, claim: 1 })).toBe('lost')
      expect(await commit({ expect: { claim: 1 }, claim: 2 })).toBe('committed')
      await append(1, 1)
      await enqueue(1, 1)
      expect((await at.store.read()).heads.claim).toBe(2)
    })

    it.each([
      { expect: {}, claim: 1 },
      { expect: { claim: 0 }, claim: 2 },
    ])('refuses %j as an assertion', async (change) => {
      await expect(commit(change)).rejects.toMatchObject({ code: 'internal/assertion' })
      expect((await at.store.read()).heads.claim).toBe(0)
    })
  })

  describe('a commit', () => {
    /** Something of everything. */
    const everything = (expected: LocalCommit['expect']): LocalCommit => ({
      expect: expected,
      ...(expected.t === undefined ? {} : { log: [logRow(expected.t + 1)] }),
      ...(expected.seq === undefined ? {} : { enqueue: [queueRow(expected.seq + 1)] }),
      ...(expected.claim === undefined ? {} : { claim: expected.claim + 1 }),
      requeue: [queueRow(3, body(300))],
      dequeueTo: 1,
      reject: [rejectedRow(2)],
      unreject: ['refused-1'],
      meta: new Map([['a', 2]]),
    })

    beforeEach(async () => {
      await commit({
        expect: { t: 0, seq: 0, claim: 0 },
        log: range(1, 2, logRow),
        enqueue: range(1, 3, (seq) => queueRow(seq)),
        reject: [rejectedRow(1)],
        meta: new Map([['a', 1]]),
        claim: 1,
      })
    })

    it.each([
      { t: 1 },
      { t: 3 },
      { seq: 2 },
      { seq: 4 },
      { claim: 0 },
      { claim: 2 },
      { t: 2, seq: 2 },
      { t: 1, seq: 3 },
      { t: 2, seq: 3, claim: 0 },
    ])('that expects %j is lost and changes nothing', async (expected) => {
      const before = await at.store.read()
      expect(await commit(everything(expected))).toBe('lost')
      expect(await at.store.read()).toEqual(before)
      expect(await at.store.readLog(1)).toEqual(range(1, 2, logRow))
    })

    it('does all of its parts', async () => {
      expect(await commit(everything({ t: 2, seq: 3, claim: 1 }))).toBe('committed')
      expect(await at.store.read()).toEqual({
        heads: { confirmed: { t: 3, hash: 'hash-3' }, queue: { seq: 4, txid: 'pending-4' }, claim: 2 },
        queue: [queueRow(2), queueRow(3, body(300)), queueRow(4)],
        done: 1,
        rejected: [rejectedRow(2)],
        meta: new Map([['a', 2]]),
      })
      expect(await at.store.readLog(1)).toEqual(range(1, 3, logRow))
    })

    it('compares only the heads that it names', async () => {
      expect(await enqueue(4, 4)).toBe('committed')
      expect(await append(3, 3)).toBe('committed')
      expect(await commit({ expect: {}, meta: new Map([['a', 9]]) })).toBe('committed')
    })

    it('may compare and do nothing', async () => {
      expect(await commit({ expect: { t: 2, seq: 3, claim: 1 } })).toBe('committed')
      expect(await commit({ expect: { t: 2, seq: 2 } })).toBe('lost')
    })

    it('of strict durability does the same', async () => {
      expect(await commit({ expect: { t: 2 }, log: [logRow(3)], durability: 'strict' })).toBe('committed')
      expect((await at.store.read()).heads.confirmed.t).toBe(3)
    })

    it('wins alone when many expect the same, in one store or in two', async () => {
      const second = await open()
      for (let t = 2; t < 5; t++) {
        const racers = range(0, 7, (i) => {
          const log = [{ ...logRow(t + 1), txid: `racer-${i}` }]
          return (i % 2 ? at.store : second).commit({ expect: { t }, log, meta: new Map([[`racer ${t} ${i}`, i]]) })
        })
        const outcomes = await Promise.all(racers)
        expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1)
        const winner = outcomes.indexOf('committed')
        expect((await at.store.readLog(t + 1)).map(({ txid }) => txid)).toEqual([`racer-${winner}`])
        const { meta } = await second.read()
        expect([...meta.keys()].filter((key) => key.startsWith(`racer ${t}`))).toEqual([`racer ${t} ${winner}`])
      }
    })

    it('of two stores in turn, each to another head, keep each other’s', async () => {
      const second = await open()
      for (let n = 1; n <= 3; n++) {
        expect(await append(n + 2, n + 2)).toBe('committed')
        expect(await second.commit({ expect: { seq: n + 2 }, enqueue: [queueRow(n + 3)] })).toBe('committed')
        expect(await commit({ expect: { claim: n }, claim: n + 1, dequeueTo: n })).toBe('committed')
      }
      const heads = { confirmed: { t: 5, hash: 'hash-5' }, queue: { seq: 6, txid: 'pending-6' }, claim: 4 }
      expect(await second.read()).toMatchObject({ heads, queue: range(4, 6, (seq) => queueRow(seq)) })
    })

    it('that is behind by another store’s loses all that it brought, whatever it has done before', async () => {
      const second = await open()
      await append(3, 3)
      await second.commit({ expect: { t: 3 }, log: [logRow(4)] })
      const stale = { expect: { t: 3 }, log: [{ ...logRow(4), txid: 'stale' }], meta: new Map([['a', 'stale']]) }
      expect(await commit(stale)).toBe('lost')
      expect(await commit({ expect: { t: 3, seq: 3 }, enqueue: [queueRow(4)] })).toBe('lost')
      expect(await append(5, 5)).toBe('committed')
      expect(await second.readLog(1)).toEqual(range(1, 5, logRow))
      expect(await second.read()).toMatchObject({ meta: new Map([['a', 1]]), queue: { length: 3 } })
    })

    it('to the log does not make one to the queue lose', async () => {
      const second = await open()
      const outcomes = await Promise.all([append(3, 3), second.commit({ expect: { seq: 3 }, enqueue: [queueRow(4)] })])
      expect(outcomes).toEqual(['committed', 'committed'])
    })
  })
}

import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { LeaseRow, RemoteCommit, RemoteStorage, RemoteStore, ReplicaRow } from '../../src/storage/port.ts'
import { alias, body, logRow, outcome, range, replica, withTextOf } from './rows.ts'

/** Two nodes of a server over one place; they may be the same object where a place has only one. */
export interface Nodes {
  readonly here: RemoteStorage
  readonly there: RemoteStorage
}

/** What every {@link RemoteStorage} must do. The suite closes the nodes that `makeNodes` gives. */
export function remoteStorageSuite(name: string, makeNodes: () => Nodes | Promise<Nodes>): void {
  describe(`${name} as a RemoteStorage`, () => {
    let nodes: Nodes
    let store: RemoteStore

    const openThere = async (): Promise<RemoteStore> => {
      const opened = await nodes.there.open('shop')
      onTestFinished(() => opened.close())
      return opened
    }
    const commit = (change: RemoteCommit) => store.commit(change)
    const expecting = async () => {
      const { t, nextId } = await store.head()
      return { expect: { t, nextId } }
    }
    /** A commit where the head is. */
    const commitNow = async (change: Omit<RemoteCommit, 'expect'>) => commit({ ...(await expecting()), ...change })
    const append = async (from: number, to: number) => commitNow({ log: range(from, to, logRow) })

    beforeEach(async () => {
      nodes = await makeNodes()
      store = await nodes.here.open('shop')
      return async () => {
        await nodes.here.close()
        await nodes.there.close()
      }
    })

    describe('a new log', () => {
      it('is empty', async () => {
        expect(await store.head()).toEqual({
          t: 0,
          hash: '',
          nextId: 0,
          excisions: 0,
          epoch: expect.stringMatching(/^.+$/),
        })
        expect(await store.readLog(1)).toEqual([])
        expect(await store.outcomes(['tx-1'])).toEqual(new Map())
        expect(await placeOf(store, 'r1')).toBeUndefined()
        expect(await store.leases(['r1'])).toEqual([])
        expect(await store.aliases(['r1'])).toEqual([])
      })

      it('shares nothing with one of another name', async () => {
        const other = await nodes.here.open('Shop')
        const lease = { replica: 'r1', from: 0, to: 64 }
        const rest = {
          nextId: 64,
          leases: [lease],
          aliases: [alias(1, 2)],
          outcomes: [outcome(1)],
          replicas: [replica(1)],
        }
        await commitNow({ log: [logRow(1)], ...rest })
        expect(await other.head()).toMatchObject({ t: 0, nextId: 0 })
        expect((await other.head()).epoch).not.toBe((await store.head()).epoch)
        expect(await other.readLog(1)).toEqual([])
        expect(await other.outcomes(['tx-1'])).toEqual(new Map())
        expect(await placeOf(other, 'r1')).toBeUndefined()
        expect(await other.leases(['r1'])).toEqual([])
        expect(await other.aliases(['r1'])).toEqual([])
        const same = { log: [logRow(1)], ...rest }
        expect(await other.commit({ expect: { t: 0, nextId: 0 }, ...same })).toBe('committed')
      })

      it('keeps its epoch', async () => {
        const { epoch } = await store.head()
        await append(1, 1)
        expect((await store.head()).epoch).toBe(epoch)
        expect((await (await openThere()).head()).epoch).toBe(epoch)
      })
    })

    describe('the log', () => {
      it('moves the head', async () => {
        expect(await append(1, 3)).toBe('committed')
        expect(await store.head()).toMatchObject({ t: 3, hash: 'hash-3', nextId: 0 })
        expect(await commitNow({ nextId: 10 })).toBe('committed')
        expect(await store.head()).toMatchObject({ t: 3, hash: 'hash-3', nextId: 10 })
      })

      it('reads ranges, in order, at most `limit`', async () => {
        await append(1, 3)
        await append(4, 4)
        await append(5, 12)
        for (const from of [-1, 0, 1, 2, 5, 12, 13, 99]) {
          const first = Math.max(from, 1)
          expect(await store.readLog(from)).toEqual(range(first, 12, logRow))
          for (const limit of [0, 1, 2, 9, 50]) {
            const last = Math.min(first + limit - 1, 12)
            expect(await store.readLog(from, limit), `${from} ${limit}`).toEqual(
              range(first, Math.max(last, first - 1), logRow),
            )
          }
        }
      })

      it('gives bytes back as they were, and as nobody else’s', async () => {
        const row = logRow(1)
        const committed = commit({ expect: { t: 0, nextId: 0 }, log: [row] })
        row.body.fill(9)
        await committed
        const [read] = await store.readLog(1)
        expect(read).toEqual(logRow(1))
        expect(read?.body.constructor).toBe(Uint8Array)
        expect(read?.body.buffer.byteLength).toBe(4)
        read?.body.fill(8)
        expect(await store.readLog(1)).toEqual([logRow(1)])
      })

      it('keeps empty and large bodies, and many rows', async () => {
        const large = new Uint8Array(300_000).map((_, i) => i * 31)
        const rows = [
          logRow(1),
          { ...logRow(2), body: new Uint8Array(0) },
          { ...logRow(3), body: large },
          ...range(4, 2500, logRow),
        ]
        await commitNow({ log: rows })
        expect((await store.readLog(1)).map(withTextOf)).toEqual(rows.map(withTextOf))
      })

      it.each([
        ['a gap', { log: [logRow(3)] }],
        ['a gap inside', { log: [logRow(2), logRow(4)] }],
        ['a repetition', { log: [logRow(1)] }],
        ['a transaction that is in it', { log: [{ ...logRow(2), txid: 'tx-1' }] }],
        ['one transaction twice', { log: [logRow(2), { ...logRow(3), txid: 'tx-2' }] }],
      ])('refuses %s as an assertion', async (_, change) => {
        await append(1, 1)
        const whole = commitNow({ ...change, replicas: [replica(1)], outcomes: [outcome(9)], nextId: 5 })
        await expect(whole).rejects.toMatchObject({ code: 'internal/assertion' })
        expect(await store.readLog(1)).toEqual([logRow(1)])
        expect(await store.head()).toMatchObject({ t: 1, nextId: 0 })
        expect(await placeOf(store, 'r1')).toBeUndefined()
        expect(await store.outcomes(['tx-9'])).toEqual(new Map())
      })
    })

    describe('a commit', () => {
      const everything: Omit<RemoteCommit, 'expect'> = {
        nextId: 164,
        log: [logRow(3)],
        outcomes: [outcome(3, { t: 3 }), outcome(4, { code: 'tx/cas-failed', detail: '{"e":1}' })],
        replicas: [replica(4)],
        leases: [{ replica: 'r1', from: 100, to: 164 }],
        aliases: [alias(50, 7)],
      }

      beforeEach(async () => {
        await commit({ expect: { t: 0, nextId: 0 }, nextId: 100, log: range(1, 2, logRow) })
      })

      it('does all of its parts', async () => {
        expect(await commit({ expect: { t: 2, nextId: 100 }, ...everything })).toBe('committed')
        expect(await store.head()).toMatchObject({ t: 3, hash: 'hash-3', nextId: 164 })
        expect(await store.readLog(3)).toEqual([logRow(3)])
        expect(await store.outcomes(['tx-3', 'tx-4'])).toEqual(
          new Map(everything.outcomes?.map((row) => [row.txid, row])),
        )
        expect(await placeOf(store, 'r1')).toEqual(replica(4))
        expect(await store.leases(['r1'])).toEqual(everything.leases)
        expect(await store.aliases(['r1'])).toEqual([alias(50, 7)])
      })

      it.each([
        { t: 1, nextId: 100 },
        { t: 3, nextId: 100 },
        { t: 2, nextId: 99 },
        { t: 2, nextId: 101 },
        { t: 0, nextId: 0 },
      ])('that expects %j is lost and changes nothing', async (expected) => {
        const log = [logRow(expected.t + 1)]
        const lease = { replica: 'r1', from: expected.nextId, to: 164 }
        expect(await commit({ expect: expected, ...everything, log, leases: [lease] })).toBe('lost')
        await unchanged()
      })

      it('wins alone when many expect the same, on one node or two', async () => {
        const second = await openThere()
        for (let t = 2; t < 5; t++) {
          const racers = range(0, 7, (i) => {
            const log = [{ ...logRow(t + 1), txid: `racer-${t}-${i}` }]
            const outcomes = [outcome(t * 10 + i)]
            return (i % 2 ? store : second).commit({ expect: { t, nextId: 100 }, log, outcomes })
          })
          const results = await Promise.all(racers)
          expect(results.filter((result) => result === 'committed')).toHaveLength(1)
          const winner = results.indexOf('committed')
          expect((await store.readLog(t + 1)).map(({ txid }) => txid)).toEqual([`racer-${t}-${winner}`])
          const outcomes = await second.outcomes(range(t * 10, t * 10 + 7, (n) => `tx-${n}`))
          expect([...outcomes.keys()]).toEqual([`tx-${t * 10 + winner}`])
        }
      })

      it.each([
        ['nextId going back', { nextId: 99 }],
        ['a lease of ids that were minted', { nextId: 164, leases: [{ replica: 'r1', from: 99, to: 164 }] }],
        ['a lease beyond nextId', { nextId: 164, leases: [{ replica: 'r1', from: 100, to: 165 }] }],
        ['an empty lease', { nextId: 164, leases: [{ replica: 'r1', from: 100, to: 100 }] }],
        [
          'leases that overlap',
          {
            nextId: 164,
            leases: [
              { replica: 'r1', from: 100, to: 130 },
              { replica: 'r2', from: 129, to: 164 },
            ],
          },
        ],
        ['one replica moved twice', { replicas: [replica(1), replica(2)] }],
        ['a lease without nextId', { leases: [{ replica: 'r1', from: 100, to: 164 }] }],
        ['one transaction decided twice', { outcomes: [outcome(5), outcome(5, { code: 'withdrawn' })] }],
        ['an id with two aliases', { aliases: [alias(50, 7), alias(50, 8)] }],
      ])('refuses %s as an assertion', async (_, change) => {
        const whole = commit({ expect: { t: 2, nextId: 100 }, log: [logRow(3)], replicas: [replica(1)], ...change })
        await expect(whole).rejects.toMatchObject({ code: 'internal/assertion' })
        await unchanged()
      })

      async function unchanged(): Promise<void> {
        expect(await store.head()).toMatchObject({ t: 2, hash: 'hash-2', nextId: 100 })
        expect(await store.readLog(1)).toEqual(range(1, 2, logRow))
        expect(await store.outcomes(['tx-3', 'tx-4', 'tx-5'])).toEqual(new Map())
        expect(await placeOf(store, 'r1')).toBeUndefined()
        expect(await store.leases(['r1'])).toEqual([])
        expect(await store.aliases(['r1'])).toEqual([])
      }
    })

    describe('outcomes', () => {
      const three = [
        outcome(1, { t: 1 }),
        outcome(2, { code: 'withdrawn' }),
        outcome(3, { code: 'tx/refused', detail: '{"why":"ünïcode ✓"}' }),
      ]

      it('are found by txid, those that are there', async () => {
        await commitNow({ log: [logRow(1)], outcomes: three })
        expect(await store.outcomes(['tx-3', 'tx-77', 'tx-1', 'tx-3'])).toEqual(
          new Map([three[2], three[0]].map((row) => [row?.txid, row])),
        )
        expect(await store.outcomes([])).toEqual(new Map())
        expect(await store.outcomes(range(1, 2500, (n) => `tx-${n}`))).toEqual(
          new Map(three.map((row) => [row.txid, row])),
        )
      })

      it('stand for ever: a commit that decides one again is lost', async () => {
        await commitNow({ outcomes: three })
        const again = { log: [logRow(1)], outcomes: [outcome(9), outcome(2, { t: 1 })], replicas: [replica(9)] }
        expect(await commitNow(again)).toBe('lost')
        expect(await store.head()).toMatchObject({ t: 0, hash: '' })
        expect(await store.outcomes(['tx-2', 'tx-9'])).toEqual(new Map([['tx-2', three[1]]]))
        expect(await placeOf(store, 'r1')).toBeUndefined()
      })

      it('that two nodes make at one head are made once', async () => {
        const second = await openThere()
        const change = (by: string) => ({ expect: { t: 0, nextId: 0 }, outcomes: [outcome(1, { code: by })] })
        const results = await Promise.all([commit(change('here')), second.commit(change('there'))])
        expect([...results].sort()).toEqual(['committed', 'lost'])
        const made = (await store.outcomes(['tx-1'])).get('tx-1')?.code
        expect(made).toBe(results[0] === 'committed' ? 'here' : 'there')
      })
    })

    describe('a replica’s place', () => {
      const moves: readonly (readonly [string, ReplicaRow, 'committed' | 'lost'])[] = [
        ['the next seq', replica(6), 'committed'],
        ['a later seq', replica(60), 'committed'],
        ['what it is', replica(5), 'committed'],
        ['the next epoch, from the start', replica(0, { epoch: 3, nonce: 'n3', lastTxid: '' }), 'committed'],
        ['an earlier seq', replica(4), 'lost'],
        ['another transaction at this seq', replica(5, { lastTxid: 'other' }), 'lost'],
        ['an epoch that is over', replica(9, { epoch: 1 }), 'lost'],
        ['another registration of this epoch', replica(6, { nonce: 'n9' }), 'lost'],
        ['another principal in this epoch', replica(6, { principal: 'bob' }), 'lost'],
      ]
      const epoch2 = (row: ReplicaRow): ReplicaRow =>
        row.epoch === 1 && row.lastSeq !== 9 ? { ...row, epoch: 2 } : row

      it.each(moves)('may become %s: %j is %s', async (_, row, result) => {
        await commitNow({ replicas: [replica(1, { epoch: 1 })] })
        await commitNow({ replicas: [epoch2(replica(5))] })
        const change = { log: [logRow(1)], outcomes: [outcome(70)], replicas: [epoch2(row)] }
        expect(await commitNow(change)).toBe(result)
        expect(await placeOf(store, 'r1')).toEqual(result === 'lost' ? epoch2(replica(5)) : epoch2(row))
        expect((await store.head()).t).toBe(result === 'lost' ? 0 : 1)
        expect((await store.outcomes(['tx-70'])).size).toBe(result === 'lost' ? 0 : 1)
      })

      it('is registered once when two nodes do so at once', async () => {
        const second = await openThere()
        const expected = { expect: { t: 0, nextId: 0 } }
        const register = (nonce: string) => ({ ...expected, replicas: [replica(0, { nonce, lastTxid: '' })] })
        const results = await Promise.all([commit(register('a')), second.commit(register('b'))])
        expect([...results].sort()).toEqual(['committed', 'lost'])
        expect((await placeOf(store, 'r1'))?.nonce).toBe(results[0] === 'committed' ? 'a' : 'b')
      })

      it('is each replica’s own', async () => {
        await commitNow({ replicas: [replica(5)] })
        await commitNow({ replicas: [replica(1, { replica: 'r2' })] })
        expect(await placeOf(store, 'r1')).toEqual(replica(5))
        expect(await placeOf(store, 'r2')).toEqual(replica(1, { replica: 'r2' }))
      })

      it('moves for many in one step, or for none', async () => {
        const others = range(1, 1500, (n) => replica(1, { replica: `many-${n}` }))
        await commitNow({ replicas: [replica(5), ...others] })
        const moved = others.map((row) => ({ ...row, lastSeq: 2 }))
        expect(await commitNow({ replicas: [...moved, replica(4)] })).toBe('lost')
        expect(await store.replicas(['many-7', 'r1', 'nobody'])).toEqual(
          new Map([
            ['many-7', others[6]],
            ['r1', replica(5)],
          ]),
        )
        expect(await commitNow({ replicas: [...moved, replica(6)] })).toBe('committed')
        expect(await placeOf(store, 'many-1500')).toEqual(moved[1499])
        expect(await placeOf(store, 'r1')).toEqual(replica(6))
      })
    })

    describe('leases and aliases', () => {
      it('are found by replica, in the order of ids', async () => {
        const grant = async (of: string, to: number): Promise<LeaseRow> => {
          const lease = { replica: of, from: (await store.head()).nextId, to }
          expect(await commitNow({ nextId: to, leases: [lease] })).toBe('committed')
          return lease
        }
        const first = await grant('r1', 64)
        const other = await grant('r2', 128)
        const second = await grant('r1', 256)
        expect(await store.leases(['r1'])).toEqual([first, second])
        expect(await store.leases(['r2'])).toEqual([other])
        await commitNow({ aliases: [alias(2, 20), alias(70, 20, 'r2')] })
        await commitNow({ aliases: [alias(3, 30), alias(10, 40)] })
        expect(await store.aliases(['r1'])).toEqual([alias(2, 20), alias(3, 30), alias(10, 40)])
        expect(await store.aliases(['r2'])).toEqual([alias(70, 20, 'r2')])
        expect(await store.aliases(['r1'], [10, 2, 4, 70])).toHaveLength(2)
        expect(await store.aliases(['r1'], [3])).toEqual([alias(3, 30)])
        expect(await store.aliases(['r1'], [])).toEqual([])
      })

      it('an alias is for ever', async () => {
        await commitNow({ aliases: [alias(2, 20)] })
        const again = commitNow({ aliases: [alias(2, 21)], nextId: 5 })
        await expect(again).rejects.toMatchObject({ code: 'internal/assertion' })
        expect(await store.aliases(['r1'])).toEqual([alias(2, 20)])
        expect((await store.head()).nextId).toBe(0)
      })
    })

    it('tells what was refused, by replica and in the order of its queue', async () => {
      const withdrawn = outcome(5, { code: 'withdrawn' })
      const refused = [
        outcome(4, { code: 'tx/refused', replica: 'r2' }),
        outcome(3, { code: 'tx/cas-failed', detail: 'x' }),
      ]
      await commitNow({ log: [logRow(1)], outcomes: [outcome(1, { t: 1 }), withdrawn, ...refused] })
      await commitNow({ outcomes: [outcome(2, { code: 'tx/refused' })] })
      expect((await store.refusals(9)).map(({ txid }) => txid)).toEqual(['tx-2', 'tx-3', 'tx-4'])
      expect(await store.refusals(2)).toEqual([outcome(2, { code: 'tx/refused' }), refused[1]])
    })

    it('is appended to in its epoch only, where one is expected', async () => {
      await append(1, 1)
      const { t, nextId, epoch } = await store.head()
      expect(await commit({ expect: { t, nextId, epoch: `${epoch}?` }, log: [logRow(2)] })).toBe('lost')
      expect((await store.head()).t).toBe(1)
      expect(await commit({ expect: { t, nextId, epoch }, log: [logRow(2)] })).toBe('committed')
    })

    describe('an excision', () => {
      const less = (t: number) => ({ ...logRow(t), body: body(t + 500) })

      it('rewrites bodies, is counted, and leaves no detail of a refusal', async () => {
        await commitNow({ log: range(1, 3, logRow), outcomes: [outcome(1, { code: 'tx/refused', detail: 'told' })] })
        expect(await commitNow({ log: [logRow(4)], excision: 4, rewrite: [less(1), less(3)] })).toBe('committed')
        expect((await store.readLog(1)).map((row) => [row.t, row.body, row.hash])).toEqual(
          [less(1), logRow(2), less(3), logRow(4)].map((row) => [row.t, row.body, row.hash]),
        )
        expect((await store.outcomes(['tx-1'])).get('tx-1')).toEqual(outcome(1, { code: 'tx/refused' }))
        await commitNow({ log: range(5, 6, logRow), excision: 6 })
        const second = await openThere()
        expect((await second.head()).excisions).toBe(2)
        expect([await second.excisions(0), await second.excisions(1)]).toEqual([[4, 6], [6]])
      })

      it('that lost the race changes nothing', async () => {
        await append(1, 2)
        const late = { expect: { t: 1, nextId: 0 }, log: [logRow(2)], excision: 2, rewrite: [less(1)] }
        expect(await commit(late)).toBe('lost')
        expect((await store.readLog(1)).map((row) => row.body)).toEqual([body(1), body(2)])
        expect(await store.excisions(0)).toEqual([])
      })

      it('that contradicts itself is refused', async () => {
        await append(1, 2)
        const asserts = { code: 'internal/assertion' }
        await expect(commitNow({ rewrite: [less(1)] })).rejects.toMatchObject(asserts)
        await expect(commitNow({ log: [logRow(3)], excision: 2 })).rejects.toMatchObject(asserts)
        const foreign = { ...less(1), hash: 'hash-9' }
        await expect(commitNow({ log: [logRow(3)], excision: 3, rewrite: [foreign] })).rejects.toMatchObject(asserts)
        expect(await store.head()).toMatchObject({ t: 2, excisions: 0 })
      })
    })

    describe('opening again', () => {
      it('finds everything', async () => {
        const lease = { replica: 'r1', from: 0, to: 64 }
        const rest = {
          nextId: 64,
          leases: [lease],
          aliases: [alias(1, 2)],
          outcomes: [outcome(1)],
          replicas: [replica(1)],
        }
        await commitNow({ log: range(1, 3, logRow), ...rest })
        const head = await store.head()
        await store.close()
        store = await nodes.here.open('shop')
        for (const node of [store, await openThere()]) {
          expect(await node.head()).toEqual(head)
          expect(await node.readLog(1)).toEqual(range(1, 3, logRow))
          expect(await node.outcomes(['tx-1'])).toEqual(new Map([['tx-1', outcome(1)]]))
          expect(await placeOf(node, 'r1')).toEqual(replica(1))
          expect(await node.leases(['r1'])).toEqual([lease])
          expect(await node.aliases(['r1'])).toEqual([alias(1, 2)])
        }
      })
    })

    describe('watch', () => {
      it('tells of other stores’ appends, on this node', async () => {
        const second = await nodes.here.open('shop')
        const heard = vi.fn()
        second.watch(heard)
        await append(1, 1)
        await vi.waitFor(() => expect(heard).toHaveBeenCalled())
        expect(await second.readLog(1)).toHaveLength(1)
      })

      it('tells of other nodes’ appends, again and again', async () => {
        const second = await openThere()
        let seen = 0
        second.watch(() => {
          void second.head().then(({ t }) => {
            seen = t
          })
        })
        for (let t = 1; t <= 2; t++) {
          await append(t, t)
          await vi.waitFor(() => expect(seen).toBe(t), { timeout: 5000 })
        }
      })

      it('stops when told to, and when its store closes', async () => {
        const second = await nodes.here.open('shop')
        const third = await nodes.here.open('shop')
        const stopped = vi.fn()
        const closed = vi.fn()
        const alive = vi.fn()
        second.watch(stopped)()
        third.watch(closed)
        second.watch(alive)
        await third.close()
        closed.mockClear()
        await append(1, 1)
        await vi.waitFor(() => expect(alive).toHaveBeenCalled())
        expect(stopped).not.toHaveBeenCalled()
        expect(closed).not.toHaveBeenCalled()
      })
    })

    describe('once closed', () => {
      const closed = { code: 'storage/closed' }

      async function refusesEverything(): Promise<void> {
        await expect(store.head()).rejects.toMatchObject(closed)
        await expect(store.readLog(1)).rejects.toMatchObject(closed)
        await expect(store.outcomes(['tx-1'])).rejects.toMatchObject(closed)
        await expect(store.replicas(['r1'])).rejects.toMatchObject(closed)
        await expect(store.leases(['r1'])).rejects.toMatchObject(closed)
        await expect(store.aliases(['r1'])).rejects.toMatchObject(closed)
        await expect(commit({ expect: { t: 0, nextId: 0 } })).rejects.toMatchObject(closed)
        expect(() => store.watch(() => {})).toThrow(expect.objectContaining(closed))
      }

      it('a store refuses every call, others of the name go on', async () => {
        const second = await nodes.here.open('shop')
        await store.close()
        await store.close()
        await refusesEverything()
        expect(await second.commit({ expect: { t: 0, nextId: 0 }, log: [logRow(1)] })).toBe('committed')
      })

      it('a storage refuses every call, to its stores as well', async () => {
        await nodes.here.close()
        await nodes.here.close()
        await refusesEverything()
        await expect(nodes.here.open('shop')).rejects.toMatchObject(closed)
      })
    })
  })
}

const placeOf = async (store: RemoteStore, id: string): Promise<ReplicaRow | undefined> =>
  (await store.replicas([id])).get(id)

import { afterEach, describe, expect, it, vi } from 'vitest'
import { createRuntime } from '../src/engine/create-runtime.ts'
import { memory } from '../src/storage/memory.ts'
import type { LocalStorage } from '../src/storage/port.ts'
import { pendingTx } from '../src/sync/pending.ts'
import { planAbsorb } from '../src/sync/plan-absorb.ts'
import { planLeases } from '../src/sync/plan-identity.ts'
import type { Outcome } from '../src/sync/protocol.ts'
import { decodeQueueBody } from '../src/sync/queue-body.ts'
import { ReplicaLedger } from '../src/sync/replica-ledger.ts'
import { SCHEMA } from './support/sync-world.ts'
import { instead, wrapped } from './support/wrapped-storage.ts'

vi.setConfig({ testTimeout: 20_000 })

const open: ReplicaLedger[] = []
afterEach(async () => {
  for (const ledger of open.splice(0)) await ledger.close()
})

/** Tabs of one database. */
async function tabs<N extends number>(n: N, storage: LocalStorage = memory()): Promise<ReplicaLedger[]> {
  const all: ReplicaLedger[] = []
  for (let i = 0; i < n; i++) all.push(await ReplicaLedger.open(await storage.open('shop'), createRuntime({})))
  open.push(...all)
  return all
}
const seen = async (ledger: ReplicaLedger, ok: (l: ReplicaLedger) => boolean): Promise<void> => {
  for (let i = 0; i < 200 && !ok(ledger); i++) await new Promise((resolve) => setTimeout(resolve, 1))
  expect(ok(ledger)).toBe(true)
}

describe('tabs of one replica', () => {
  it('have one identity, one queue and ids of their own', async () => {
    const [a, b, c] = (await tabs(3)) as [ReplicaLedger, ReplicaLedger, ReplicaLedger]
    expect(new Set([a, b, c].map((l) => l.state.meta.replica)).size).toBe(1)
    await a.transact(SCHEMA, {})
    const written = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        ([a, b, c][i % 3] as ReplicaLedger).transact([{ 'db/id': 'x', 'db/doc': `d${i}` }], {}),
      ),
    )
    expect(new Set(written.map((w) => w.tempids.x)).size).toBe(60)
    expect(new Set(written.map((w) => w.tx)).size).toBe(60)
    for (const ledger of [a, b, c]) await seen(ledger, (l) => l.state.entries.length === 61)
    expect(a.state.entries.map((p) => p.txid)).toEqual(c.state.entries.map((p) => p.txid))
    expect(Math.max(...written.map((w) => w.tx))).toBe(pendingTx(61))
  })

  it('never go on with a block of ids that was claimed before', async () => {
    const storage = memory()
    const used = new Set<number>()
    for (let round = 0; round < 4; round++) {
      const [tab] = (await tabs(1, storage)) as [ReplicaLedger]
      if (round === 1) await tab.update((state) => planLeases(state, [[1000, 1040]]))
      const { tempids } = await tab.transact([{ 'db/id': 'x', 'db/doc': `round ${round}` }], {})
      expect(used.has(tempids.x as number)).toBe(false)
      used.add(tempids.x as number)
      await tab.close()
    }
    expect([...used]).toEqual([2 ** 28, 1000, 1016, 1032])
  })

  it('a large transaction takes as many ids as it needs', async () => {
    const [tab] = (await tabs(1)) as [ReplicaLedger]
    await tab.update((state) => planLeases(state, [[1000, 1100]]))
    const forms = Array.from({ length: 1000 }, (_, i) => ({ 'db/id': `n${i}`, 'db/doc': `d${i}` }))
    const { tempids } = await tab.transact(forms, {})
    expect(new Set(Object.values(tempids)).size).toBe(1000)
    expect(Object.values(tempids)).toContain(1000)
  })

  it('a withdrawal in one is not undone by a rebase in another that had begun before', async () => {
    const storage = memory()
    const [leader, other] = (await tabs(2, storage)) as [ReplicaLedger, ReplicaLedger]
    const refused = await leader.transact([{ 'db/doc': 'refused' }], {})
    const taken = await leader.transact([{ 'db/doc': 'taken back' }], {})
    await seen(other, (l) => l.state.entries.length === 2)
    const outcome: Outcome = { status: 'rejected', code: 'tx/refused', message: 'no', facts: {} }
    let plans = 0
    await leader.update(async (state, env) => {
      const step = await planAbsorb(state, { rows: [], outcomes: new Map([[refused.txid, outcome]]) }, env)
      if (plans++ === 0) {
        other.withdraw(taken.txid).catch(() => undefined)
        await seen(other, (l) => l.state.entries[1]?.body.withdrawn === true)
      }
      return step
    })
    expect(plans).toBe(2)
    const stored = await (await storage.open('shop')).read()
    expect(stored.queue.map((row) => decodeQueueBody(row).body.withdrawn)).toEqual([true])
    expect([...leader.state.rejected.keys()]).toEqual([refused.txid])
    await seen(other, (l) => l.state.rejected.size === 1)
    expect(await other.settled(refused.txid)).toMatchObject({ status: 'rejected', code: 'tx/refused' })
  })

  it.each([20, 2000])('read one row for one transaction of another, be %i pending', async (pending) => {
    const storage = memory()
    const [a] = (await tabs(1, storage)) as [ReplicaLedger]
    await Promise.all(Array.from({ length: pending }, (_, i) => a.transact([{ 'db/doc': `d${i}` }], {})))
    let rows = 0
    const counting = wrapped(storage, (store) =>
      instead(store, {
        read: async (...known) => {
          const state = await store.read(...known)
          rows += state.queue.length
          return state
        },
      }),
    )
    const [b] = (await tabs(1, counting)) as [ReplicaLedger]
    expect([b.state.entries.length, rows]).toEqual([pending, pending])
    const pieces = b.pieces
    await a.transact([{ 'db/doc': 'one more' }], {})
    await seen(b, (l) => l.state.entries.length === pending + 1)
    expect([rows, b.pieces - pieces]).toEqual([pending + 1, 2])
  })

  it('what one queued while another changed what it was built on is decided anew', async () => {
    const [leader, other] = (await tabs(2)) as [ReplicaLedger, ReplicaLedger]
    const first = await leader.transact([{ 'db/ident': ':here', 'db/doc': 'first' }], {})
    await seen(other, (l) => l.state.entries.length === 1)
    const second = other.transact([[':db/cas', ':here', 'db/doc', 'first', 'second']], {})
    const outcome: Outcome = { status: 'rejected', code: 'tx/refused', message: 'no', facts: {} }
    await leader.update((state, env) =>
      planAbsorb(state, { rows: [], outcomes: new Map([[first.txid, outcome]]) }, env),
    )
    const { txid } = await second
    for (const ledger of [leader, other]) {
      await seen(ledger, (l) => l.state.rejected.size === 1 && l.state.entries.length === 1)
      expect(ledger.state.entries[0]).toMatchObject({
        txid,
        body: { predicted: undefined, conflict: { code: 'ident/unknown' } },
      })
    }
  })
})

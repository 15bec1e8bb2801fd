import type { Index, Place } from '../../../src/db/index-order.ts'
import type { LogRecord } from '../../../src/engine/record.ts'
import type { PushDecision } from '../../../src/server/decide-push.ts'
import type { Group } from '../../../src/server/group.ts'
import type { LogRow, RemoteStore, ReplicaRow } from '../../../src/storage/port.ts'
import { News } from '../../../src/sync/footprint.ts'
import type { IdRange, Outcome, Push, PushAnswer } from '../../../src/sync/protocol.ts'
import type { ReplicaState } from '../../../src/sync/replica-state.ts'
import { instead, insteadRemote } from '../wrapped-storage.ts'
import type { Parts } from './parts.ts'

/** A bug put into client or server on purpose. */
export interface Mutant {
  readonly name: string
  /** Modules of src, and what is exported in place of what they export. */
  readonly modules?: Readonly<Record<string, (original: never) => object>>
  readonly parts?: Partial<Parts>
  /** The first seed of the hunt, which is the one that caught it last; default 1. */
  readonly from?: number
}

type Original<M> = (original: M) => object
const exporting = <M>(patch: Original<M>): ((original: never) => object) => patch as (original: never) => object

const withdrawn: Outcome = { status: 'withdrawn', became: [] }
type Outcomes = ReadonlyMap<string, Outcome>
const decidedAs = (outcomes: Outcomes, status: Outcome['status']): Outcomes =>
  new Map([...outcomes].map(([txid, outcome]) => [txid, outcome.status === status ? withdrawn : outcome]))

type DecidePush = typeof import('../../../src/server/decide-push.ts')
type PlanAbsorb = typeof import('../../../src/sync/plan-absorb.ts')
type PlanIdentity = typeof import('../../../src/sync/plan-identity.ts')
type ReplicaStateModule = typeof import('../../../src/sync/replica-state.ts')

const absorbing = (
  outcomes: (all: Outcomes) => Outcomes,
  rows: (all: readonly LogRow[]) => readonly LogRow[] = (all) => all,
) =>
  exporting<PlanAbsorb>(({ planAbsorb }) => ({
    Absorbing: { begin: async () => undefined },
    planAbsorb: ((state, news, env) =>
      planAbsorb(state, { rows: rows(news.rows), outcomes: outcomes(news.outcomes) }, env)) as typeof planAbsorb,
  }))

const deciding = (change: (push: Push, replica: ReplicaRow, group: Group) => Push) =>
  exporting<DecidePush>(({ decidePush }) => ({
    decidePush: ((push, replica, group, env) =>
      decidePush(change(push, replica, group), replica, group, env)) as typeof decidePush,
  }))

type Footprints = typeof import('../../../src/sync/footprint.ts')
type NewsOf = typeof import('../../../src/sync/news-of.ts')

const noting = (heeds: (index: Index) => boolean) =>
  exporting<Footprints>(({ Reads }) => ({
    Reads: class extends Reads {
      override note(index: Index, from: Place, to: Place): void {
        if (heeds(index)) super.note(index, from, to)
      }
    },
  }))

/** Those of a push that nobody has decided, as if they followed the last one. */
function asIfNext(push: Push, { lastSeq, lastTxid }: ReplicaRow, group: Group): Push {
  const first = push.entries.findIndex((e) => group.outcome(e.txid) === undefined)
  const shift = lastSeq + 1 - (push.entries[first]?.seq ?? lastSeq + 1)
  const entries = push.entries.map((e) => ({ ...e, seq: e.seq + shift }))
  return { ...push, entries, ...(first === 0 && { prev: lastTxid }) }
}

/** What the log has at each place of a replica's queue. */
async function bySeq(push: Push, replica: ReplicaRow, group: Group): Promise<PushAnswerOutcomes> {
  const old = push.entries.filter((e) => e.seq <= replica.lastSeq)
  const { decodeRecord } = await import('../../../src/engine/record.ts')
  const records: LogRecord[] = []
  for (let t = 1; t <= group.draft.head.t; t++) records.push(decodeRecord((await group.row(t)) as LogRow))
  return old.map(({ txid, seq }) => {
    const same = records.find(({ origin }) => origin?.replica === replica.replica && origin.seq === seq)
    return { txid, ...(same === undefined ? withdrawn : { status: 'confirmed' as const, t: same.t }) }
  })
}
type PushAnswerOutcomes = Extract<PushDecision, { kind: 'decided' }>['outcomes']

const server = (change: (store: RemoteStore) => Partial<RemoteStore>): Partial<Parts> => ({
  remoteStore: (store) => insteadRemote(store, change(store)),
})
type LocalStore = Parameters<Parts['localStore']>[0]
const client = (commit: (store: LocalStore) => LocalStore['commit']): Partial<Parts> => ({
  localStore: (store) => instead(store, { commit: commit(store) }),
})

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'server: sees no gap',
    from: 6,
    modules: { 'server/decide-push': deciding(asIfNext) },
  },
  {
    name: 'server: knows a transaction by its seq',
    from: 6,
    modules: {
      'server/decide-push': exporting<DecidePush>(({ decidePush }) => ({
        decidePush: (async (push, replica, group, env) => {
          const old = await bySeq(push, replica, group)
          const entries = push.entries.slice(old.length)
          const prev = old.length > 0 ? replica.lastTxid : push.prev
          const done = await decidePush({ ...push, entries, prev }, replica, group, env)
          return done.kind === 'decided' ? { ...done, outcomes: [...old, ...done.outcomes] } : done
        }) as typeof decidePush,
      })),
    },
  },
  {
    name: 'server: forgets what it decided',
    parts: server((store) => ({
      outcomes: async () => new Map(),
      commit: ({ outcomes: _, ...change }) => store.commit(change),
    })),
  },
  {
    name: 'server: stores the outcome after the record',
    from: 4,
    parts: server((store) => ({
      commit: async ({ log = [], ...rest }) => {
        if (log.length === 0) return store.commit(rest)
        const { expect } = rest
        if ((await store.commit({ expect, log })) === 'lost') return 'lost'
        return store.commit({ ...rest, expect: { ...expect, t: expect.t + log.length } })
      },
    })),
  },
  {
    name: 'server: answers before it has stored',
    from: 15,
    parts: server((store) => ({
      commit: async (change) => {
        store.commit(change).catch(() => undefined)
        return 'committed'
      },
    })),
  },
  {
    name: 'server: does not rewrite ids that became others',
    from: 6,
    parts: server(() => ({ aliases: async () => [] })),
  },
  {
    name: 'server: takes any id that a replica proposes',
    from: 4,
    modules: { 'server/proposals': () => ({ acceptable: (_db: unknown, ids: unknown) => ids }) },
  },
  {
    name: 'client: prunes its queue when a push is answered',
    from: 2,
    modules: { 'sync/plan-absorb': absorbing((all) => decidedAs(all, 'confirmed')) },
  },
  {
    name: 'client: drops what was refused',
    from: 4,
    modules: { 'sync/plan-absorb': absorbing((all) => decidedAs(all, 'rejected')) },
  },
  {
    name: 'client: takes an expired token for a refusal',
    from: 33,
    parts: {
      transport: (transport) => ({
        ...transport,
        push: (message, signal) =>
          transport.push(message, signal).catch((e: { code?: string; message: string }): PushAnswer => {
            if (e.code !== 'sync/unauthorized') throw e
            const refused = { status: 'rejected' as const, code: 'tx/refused' as const, message: e.message, facts: {} }
            const outcomes = message.entries.map(({ txid }) => ({ txid, ...refused }))
            return { kind: 'answers', t: 0, logEpoch: '', outcomes, leases: [] }
          }),
      }),
    },
  },
  {
    name: 'client: runs nothing again',
    from: 8,
    modules: {
      'sync/overlay': exporting<typeof import('../../../src/sync/overlay.ts')>(({ overlay }) => ({
        overlay: ((base, entries, env) => overlay(base, entries, env, new News())) as typeof overlay,
      })),
    },
  },
  {
    name: 'client: does not note which unique values it looked up',
    from: 77,
    modules: { 'sync/footprint': noting((index) => index !== 'avet') },
  },
  {
    name: 'client: does not note which entities it read',
    from: 9,
    modules: { 'sync/footprint': noting((index) => index !== 'eavt') },
  },
  {
    name: 'client: does not hear that what it built on was decided otherwise',
    from: 1125,
    // of a server that answers without records: then more is built on what is under way
    parts: {
      transport: (t) => ({ ...t, push: ({ from: _, excised: __, ...message }, signal) => t.push(message, signal) }),
    },
    modules: {
      'sync/news-of': exporting<NewsOf>(({ newsOf }) => ({
        newsOf: ((entries, records, _out, promoted) => newsOf(entries, records, [], promoted)) as typeof newsOf,
      })),
    },
  },
  {
    name: 'client: takes every record of its own for what it predicted',
    from: 57,
    modules: { 'sync/twin': () => ({ isTwin: () => true }) },
  },
  {
    name: 'client: does not keep what its ids became',
    modules: {
      'sync/replica-state': exporting<ReplicaStateModule>(({ foldRows }) => ({
        foldRows: (async (state, rows) => {
          const folded = await foldRows(state, rows)
          return { ...folded, confirmed: { ...folded.confirmed, aliases: state.confirmed.aliases } }
        }) as typeof foldRows,
      })),
    },
  },
  {
    name: 'client: forgets what ids of withdrawn transactions became',
    from: 16,
    parts: client((store) => (change) => {
      const meta = new Map(change.meta)
      meta.delete('aliases')
      return store.commit({ ...change, meta })
    }),
  },
  {
    name: 'client: empties the queue before the records are stored',
    from: 8,
    parts: client((store) => async (change) => {
      const { log, dequeueTo, ...rest } = change
      if (log === undefined || dequeueTo === undefined) return store.commit(change)
      if ((await store.commit({ expect: change.expect, dequeueTo })) === 'lost') return 'lost'
      return store.commit({ ...rest, log })
    }),
  },
  {
    name: 'client: takes a lost write for a stored one',
    from: 16,
    parts: client((store) => async (change) => {
      await store.commit(change)
      return 'committed'
    }),
  },
  {
    name: 'client: goes on with ids that were claimed before',
    from: 53,
    modules: {
      'sync/id-pool': exporting<typeof import('../../../src/sync/id-pool.ts')>(({ takeBlock }) => ({
        takeBlock: ((meta, size) => ({ ...takeBlock(meta, size), left: {} })) as typeof takeBlock,
      })),
    },
  },
  {
    name: 'client: claims without strict durability',
    from: 45,
    modules: {
      'sync/plan-identity': exporting<PlanIdentity>(({ rememberCommit }) => ({
        rememberCommit: ((claim, change) => {
          const { durability: _, ...commit } = rememberCommit(claim, change)
          return commit
        }) as typeof rememberCommit,
      })),
    },
  },
  {
    name: 'client: does not count anew in a new epoch',
    from: 10,
    modules: {
      'sync/plan-identity': exporting<PlanIdentity>(({ planRegistered }) => ({
        planRegistered: ((state, epoch) => {
          const step = planRegistered(state, epoch)
          const seqBase = state.meta.seqBase
          const meta = new Map(step.commit?.meta).set('seqBase', seqBase)
          const next = step.next && { ...step.next, meta: { ...step.next.meta, seqBase } }
          return { ...step, ...(step.commit && { commit: { ...step.commit, meta } }), ...(next && { next }) }
        }) as typeof planRegistered,
      })),
    },
  },
  {
    name: 'tabs: keep what was predicted on other facts',
    from: 100,
    modules: {
      'sync/plan-catch-up': exporting<typeof import('../../../src/sync/plan-catch-up.ts')>(({ planCatchUp }) => ({
        planCatchUp: ((state, stored, rows, env) => {
          const generation = (stored.meta.get('generation') as number | undefined) ?? 0
          return planCatchUp({ ...state, meta: { ...state.meta, generation } }, stored, rows, env)
        }) as typeof planCatchUp,
      })),
    },
  },
  {
    name: 'client: takes nothing out of its own log',
    from: 15,
    modules: {
      'sync/plan-excisions': exporting<typeof import('../../../src/sync/plan-excisions.ts')>(({ planExcisions }) => ({
        planExcisions: ((state, log, _excisions, excised, env) =>
          planExcisions(state, log, [], excised, env)) as typeof planExcisions,
      })),
    },
  },
  {
    name: 'client: does not hear that facts were taken out',
    from: 293,
    parts: {
      transport: (t) => ({
        ...t,
        hello: async (message, fresh, signal) => ({ ...(await t.hello(message, fresh, signal)), excisions: [] }),
      }),
    },
  },
  {
    name: 'rebase: what was queued meanwhile is not decided anew',
    from: 2,
    modules: {
      'sync/plan-absorb': exporting<PlanAbsorb>(({ Absorbing }) => {
        const { finish } = Absorbing.prototype
        Absorbing.prototype.finish = function (now, env) {
          const { begun } = this as unknown as { begun: ReplicaState }
          const isAlone = now.entries.length === begun.entries.length
          return finish.call(isAlone ? this : Object.assign(Object.create(this), { news: new News() }), now, env)
        }
        return { Absorbing }
      }),
    },
  },
  {
    name: 'rebase: what was queued meanwhile is dropped',
    from: 2,
    modules: {
      'sync/plan-absorb': exporting<PlanAbsorb>(({ Absorbing }) => {
        const { finish } = Absorbing.prototype
        Absorbing.prototype.finish = function (now, env) {
          const { begun } = this as unknown as { begun: ReplicaState }
          return finish.call(this, { ...now, entries: begun.entries }, env)
        }
        return { Absorbing }
      }),
    },
  },
  {
    name: 'rebase: goes on though another step came between',
    from: 16,
    modules: {
      'sync/plan-absorb': exporting<PlanAbsorb>(({ Absorbing }) => {
        Absorbing.prototype.continues = () => true
        return { Absorbing }
      }),
    },
  },
  {
    name: 'attach: believes that the remote has what is here',
    from: 10,
    modules: { 'sync/attach': () => ({ attach: async () => undefined }) },
  },
  {
    name: 'attach: the server keeps no outcomes of what it adopts',
    from: 10,
    parts: server((store) => ({
      commit: (change) =>
        store.commit(
          change.replicas === undefined && change.excision === undefined ? { ...change, outcomes: [] } : change,
        ),
    })),
  },
  {
    name: 'answers: the records with an answer lack the first',
    from: 780,
    parts: {
      transport: (t) => ({
        ...t,
        push: async (message, signal) => {
          const answer = await t.push(message, signal)
          return answer.kind === 'answers' && answer.rows ? { ...answer, rows: answer.rows.slice(1) } : answer
        },
      }),
    },
  },
  {
    name: 'both: give out ids that were used',
    from: 17,
    modules: {
      'sync/unused-ids': () => ({ isUnused: async () => true, unusedIds: async (_db: unknown, ids: IdRange) => [ids] }),
      'db/novelty': () => ({ noveltySpeaksOf: () => false }),
    },
  },
]

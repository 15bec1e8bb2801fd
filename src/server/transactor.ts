import { AnnalsError } from '../base/errors.ts'
import { Listeners } from '../base/listeners.ts'
import { FIRST_USER_ID } from '../datom/ids.ts'
import { type Call, CallQueue } from '../engine/call-queue.ts'
import type { Excision } from '../engine/excision.ts'
import { Mutex } from '../engine/mutex.ts'
import { type Place, start } from '../engine/place.ts'
import { excisionIn } from '../engine/plan-excision.ts'
import { decodeRecord } from '../engine/record.ts'
import { applyRows } from '../engine/replay.ts'
import type { RemoteCommit, RemoteHead, RemoteStore, ReplicaRow } from '../storage/port.ts'
import type {
  Adopt,
  AdoptAnswer,
  Excise,
  ExciseAnswer,
  Hello,
  HelloAnswer,
  IdRange,
  Limits,
  PullAnswer,
  Push,
  PushAnswer,
  RefusalsAnswer,
  Register,
  RegisterAnswer,
} from '../sync/protocol.ts'
import { adoption, notRecords } from './adoption.ts'
import type { Deciding } from './decide.ts'
import { decideExcision, excisedBefore } from './decide-excision.ts'
import { decidePush } from './decide-push.ts'
import { followLog } from './follow-log.ts'
import { Followers } from './followers.ts'
import { Group } from './group.ts'
import { leasesAbove, nextLease, type Wanting } from './leases.ts'
import { refusalIn } from './outcome-detail.ts'
import { readPage } from './read-page.ts'
import { groupsOf, type Sent } from './sent.ts'

/** Refusals that are told at a time. */
const MOST_REFUSALS = 10_000

export interface TransactorOptions extends Deciding {
  readonly limits: Limits
}

/**
 * The remote's side of one database: its newest value, kept up with the log whichever node appends to it, and the one place of
 * this node where its transactions are decided.
 */
export class Transactor {
  private readonly heads = new Listeners<number>()
  readonly followers = new Followers()
  private readonly steps = new Mutex()
  /** Pushes that arrive while others are being decided share the next step. */
  private readonly pushes = new CallQueue<Sent, PushAnswer>((calls) => this.steps.run(() => this.decideAll(calls)))
  private readonly unwatch: () => void
  /** The store's own next id: 0 before anything was minted. */
  private head: RemoteHead = { t: 0, hash: '', epoch: '', nextId: 0, excisions: 0 }
  private closed = false

  private constructor(
    private readonly store: RemoteStore,
    private readonly options: TransactorOptions,
    private place: Place,
    onFailure: (error: unknown) => void,
  ) {
    this.unwatch = store.watch(() => {
      this.steps.run(() => this.catchUp()).catch(onFailure)
    })
  }

  /** `onFailure` hears of what goes wrong while following other nodes. */
  static async open(
    store: RemoteStore,
    options: TransactorOptions,
    onFailure: (error: unknown) => void,
  ): Promise<Transactor> {
    const transactor = new Transactor(store, options, await start(), onFailure)
    await transactor.steps.run(() => transactor.catchUp())
    return transactor
  }

  get t(): number {
    return this.head.t
  }

  /** The head that a commit builds on: of this log, too, and not of a backup that took its place. */
  private get expected(): RemoteCommit['expect'] {
    const { t, nextId, epoch } = this.head
    return { t, nextId, epoch }
  }

  /** Calls `listener` with each new head `t`. */
  onHead = (listener: (t: number) => void): (() => void) => this.heads.add(listener)

  hello(message: Hello, principal: string, mayWrite: boolean): Promise<HelloAnswer> {
    return this.steps.run(async () => {
      await this.catchUp()
      const row = await this.replicaOf(message.replica, principal)
      const leases = row === undefined ? [] : await this.leases(message, mayWrite)
      const known = Object.keys(this.options.runtime.functions)
      return {
        t: this.head.t,
        logEpoch: this.head.epoch,
        base: await this.compare(message),
        excisions: await this.excisionsAfter(message.excised),
        epoch: row?.epoch ?? 0,
        lastSeq: row?.lastSeq ?? 0,
        limits: this.options.limits,
        gzip: true,
        leases,
        lacks: message.functions.filter((name) => !known.includes(name)),
      }
    })
  }

  /** Throws `sync/fork` when `after` is not the replica's current epoch, `sync/unauthorized` when it is somebody else's. */
  register({ replica, nonce, after, of }: Register, principal: string): Promise<RegisterAnswer> {
    return this.steps.run(async () => {
      for (;;) {
        await this.catchUp()
        const row = await this.replicaOf(replica, principal)
        if (row?.nonce === nonce) return { epoch: row.epoch }
        if (row !== undefined && row.epoch !== after) {
          throw new AnnalsError('sync/fork', `replica ${replica} is in epoch ${row.epoch}, not ${after}`, {
            epoch: row.epoch,
          })
        }
        const parent = of === undefined ? undefined : await this.replicaOf(of, principal)
        const inherited = row === undefined && parent !== undefined ? await this.store.aliases([parent.replica]) : []
        const epoch = after + 1
        const outcome = await this.store.commit({
          expect: this.expected,
          replicas: [{ replica, epoch, nonce, lastSeq: 0, lastTxid: '', principal }],
          aliases: inherited.map((alias) => ({ ...alias, replica })),
          // an id is spent, so that the same registration at another node loses
          ...(inherited.length > 0 && { nextId: Math.max(this.head.nextId, FIRST_USER_ID) + 1 }),
        })
        if (outcome === 'committed') return { epoch }
      }
    })
  }

  /** Decides what is not decided yet, and stores records, outcomes and the replica's place as one step. */
  push(message: Push, principal: string): Promise<PushAnswer> {
    return this.pushes.add({ message, principal })
  }

  /**
   * A page of records; none for who has not carried out as many excisions. A full one, with records after it, is the same until the
   * next excision: its `t` says only that there is more. Throws `sync/upgrade` for who knows of no excisions.
   */
  async pull(from: number, max: number, excised?: number): Promise<PullAnswer> {
    for (;;) {
      const { excisions, epoch } = this.head
      if (excised === undefined && excisions > 0) throw knowsNoExcisions()
      const rows = (excised ?? 0) === excisions ? await readPage(this.store, from, max, this.options.limits.page) : []
      if ((await this.store.head()).excisions !== excisions) {
        await this.steps.run(() => this.catchUp())
        continue
      }
      const last = rows.at(-1)?.t ?? 0
      const t = last > 0 && last < this.head.t ? last + 1 : Math.max(this.head.t, last)
      return { t, logEpoch: epoch, excised: excisions, rows }
    }
  }

  /** What was refused, whoever asks for it: nothing of it is in the log. */
  async refusals(): Promise<RefusalsAnswer> {
    const rows = await this.store.refusals(MOST_REFUSALS)
    return { refusals: rows.flatMap((row) => refusalIn(row) ?? []) }
  }

  /** Takes facts out of the log and adds the transaction that says so, as one step. */
  excise(message: Excise, principal: string): Promise<ExciseAnswer> {
    return this.steps.run(async () => {
      for (;;) {
        await this.catchUp()
        const known = (await this.store.outcomes([message.txid])).get(message.txid)
        if (known?.t !== undefined) return excisedBefore(known)
        await this.replicaOf(message.replica, principal)
        const aliases = (await this.store.aliases([message.replica])).map(({ id, final }) => [id, final] as const)
        const author = { replica: message.replica, principal, leases: [], aliases: new Map(aliases) }
        const log = await this.store.readLog(1, this.head.t)
        const { answer, done } = await decideExcision(message, log, this.place, author, this.options)
        if (done === undefined) return answer
        if ((await this.store.commit({ ...done.commit, expect: this.expected })) === 'lost') continue
        await this.catchUp()
        return answer
      }
    })
  }

  /**
   * Appends records that were decided elsewhere: a backup's, or those of a database that had no remote. Throws `backup/does-not-follow`
   * unless the log stands at `t` and `hash`, `backup/corrupt` when the chain does not hold; then nothing is stored.
   */
  adopt({ t, hash, rows }: Adopt): Promise<AdoptAnswer> {
    return this.steps.run(async () => {
      for (;;) {
        await this.catchUp()
        const { place } = this
        if (place.head.t !== t || place.head.hash !== hash) {
          throw new AnnalsError(
            'backup/does-not-follow',
            `the log of ${this.options.database} stands at t ${place.head.t}; what follows t ${t}${t === place.head.t ? ' of another log' : ''} cannot be appended`,
            { t: place.head.t, follows: t },
          )
        }
        const { db, head } = await applyRows(place.db, place.head, rows).catch(notRecords)
        const commit = adoption(rows, place.nextId)
        if ((await this.store.commit({ ...commit, expect: this.expected })) === 'lost') continue
        this.moveTo({ db, head, nextId: commit.nextId }, { ...this.head, ...head, nextId: commit.nextId })
        return { t: head.t }
      }
    })
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.followers.endAll()
    await this.pushes.idle()
    this.closed = true
    this.unwatch()
    await this.steps.run(async () => undefined)
    await this.store.close()
  }

  private async decideAll(calls: readonly Call<Sent, PushAnswer>[]): Promise<void> {
    for (const some of groupsOf(calls)) await this.decideGroup(some)
  }

  private async decideGroup(calls: readonly Call<Sent, PushAnswer>[]): Promise<void> {
    for (;;) {
      await this.catchUp()
      const pushes = calls.map(({ input }) => input.message)
      const group = await Group.load(this.store, pushes, this.place, this.options.depth)
      const done: (() => void)[] = []
      for (const { input, resolve, reject } of calls) {
        try {
          const answer = await this.decide(input, group)
          done.push(() => resolve(answer()))
        } catch (error) {
          // one bad push is no affair of the others
          done.push(() => reject(error))
        }
      }
      if (!(await this.write(group))) continue
      for (const settle of done) settle()
      return
    }
  }

  /** What the push comes to, added to the group. The answer is to be made once that is stored. */
  private async decide({ message, principal }: Sent, group: Group): Promise<() => PushAnswer> {
    const row = group.replica(message.replica)
    if (row === undefined) return () => ({ kind: 'unknown-replica' })
    checkOwner(row, principal)
    const back = group.draft.mark()
    const done = await decidePush(message, row, group, this.options).catch((e: unknown) => {
      back()
      throw e
    })
    if (done.kind !== 'decided') {
      back()
      return () => done
    }
    group.add(done.addition)
    const leases = leasesAbove(group.leases(message.replica), message.leasedTo)
    if (leases.length === 0 && message.want > 0) {
      const lease = nextLease(this.options.database, message, group.draft.nextId)
      group.grant(lease)
      leases.push([lease.from, lease.to])
    }
    const { outcomes, stopped } = done
    return () => ({
      kind: 'answers',
      t: this.head.t,
      logEpoch: this.head.epoch,
      outcomes,
      leases,
      ...(stopped && { stopped }),
    })
  }

  /** False: another node was faster, and nothing was stored. */
  private async write(group: Group): Promise<boolean> {
    const commit = group.commit()
    if (commit === undefined) return true
    const { nextId } = this.head
    if ((await this.store.commit({ ...commit, expect: this.expected })) === 'lost') return false
    const place = await group.draft.place()
    this.moveTo(place, { ...this.head, ...place.head, nextId: commit.nextId ?? nextId })
    return true
  }

  /** Goes on to the head of the log. */
  private async catchUp(): Promise<void> {
    if (this.closed) throw new AnnalsError('storage/closed', `database ${this.options.database} was closed`, {})
    const { place, head } = await followLog(this.store, { place: this.place, head: this.head })
    this.moveTo(place, head)
  }

  private moveTo(place: Place, head: RemoteHead): void {
    const moved = head.t !== this.head.t
    this.place = place
    this.head = head
    if (!moved) return
    this.followers.poke(head.t)
    this.heads.call(head.t)
  }

  /** The replica's row; throws `sync/unauthorized` when it belongs to somebody else. */
  private async replicaOf(replica: string, principal: string): Promise<ReplicaRow | undefined> {
    const row = (await this.store.replicas([replica])).get(replica)
    if (row !== undefined) checkOwner(row, principal)
    return row
  }

  private async compare({ t, hash }: Hello): Promise<HelloAnswer['base']> {
    if (t === 0) return 'agrees'
    if (t > this.head.t) return 'ahead'
    const [row] = t === this.head.t ? [this.head] : await this.store.readLog(t, 1)
    return row?.hash === hash ? 'agrees' : 'differs'
  }

  /** Those that a replica has not carried out. Throws `sync/upgrade` for one that knows of none. */
  private async excisionsAfter(excised: number | undefined): Promise<readonly Excision[]> {
    if (this.head.excisions <= (excised ?? 0)) return []
    if (excised === undefined) throw knowsNoExcisions()
    const ts = await this.store.excisions(excised)
    const rows = await Promise.all(ts.map((t) => this.store.readLog(t, 1)))
    return rows.flat().flatMap((row) => excisionIn(this.place.db, decodeRecord(row).data) ?? [])
  }

  /** The replica's leases above those it knows of; a new one when there are none and it asks. */
  private async leases(message: Wanting, mayGrant: boolean): Promise<readonly IdRange[]> {
    for (;;) {
      const unknown = leasesAbove(await this.store.leases([message.replica]), message.leasedTo)
      if (unknown.length > 0 || message.want === 0 || !mayGrant) return unknown
      const { nextId } = this.head
      const lease = nextLease(this.options.database, message, Math.max(nextId, FIRST_USER_ID))
      const { to } = lease
      if ((await this.store.commit({ expect: this.expected, nextId: to, leases: [lease] })) === 'committed') {
        this.moveTo({ ...this.place, nextId: to }, { ...this.head, nextId: to })
      } else await this.catchUp()
    }
  }
}

function checkOwner({ replica, principal }: ReplicaRow, caller: string): void {
  if (principal === caller) return
  throw new AnnalsError('sync/unauthorized', `replica ${replica} belongs to another user; its queue stays theirs`, {
    status: 403,
  })
}

const knowsNoExcisions = (): AnnalsError =>
  new AnnalsError('sync/upgrade', 'facts were taken out of this log, which this version of annals cannot follow', {})

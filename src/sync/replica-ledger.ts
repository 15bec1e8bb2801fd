import type { ExciseOptions, ExciseReport } from '../api/connection.ts'
import type { EntityRef } from '../api/db.ts'
import type { Settled } from '../api/report.ts'
import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import { PUSHED } from '../base/import-chunk.ts'
import { Listeners } from '../base/listeners.ts'
import { Builtin } from '../datom/builtin.ts'
import { isPendingTx, tOfTx } from '../datom/ids.ts'
import { readValue } from '../datom/read-value.ts'
import type { Db } from '../db/db.ts'
import { entityWith } from '../db/entity.ts'
import { type Call, CallQueue } from '../engine/call-queue.ts'
import type { Excision } from '../engine/excision.ts'
import { Indexer, type IndexerHost, type IndexingOptions } from '../engine/indexer.ts'
import type { Change, Ledger, WriteOptions, Written } from '../engine/ledger.ts'
import { LedgerFailures } from '../engine/ledger-failures.ts'
import { Mutex } from '../engine/mutex.ts'
import { LogOrigin } from '../engine/origin.ts'
import { readingAnew } from '../engine/reading-anew.ts'
import type { Runtime } from '../engine/runtime.ts'
import { type Confirmed, Segments } from '../engine/segments.ts'
import { breakOff } from '../engine/sequence.ts'
import type { IndexRoot, LocalStore, LogRow } from '../storage/port.ts'
import type { DatomsOf } from '../transact/transaction.ts'
import { withAliases } from './aliases.ts'
import { askExcision } from './ask-excision.ts'
import { becomeReplica } from './become-replica.ts'
import { News } from './footprint.ts'
import { IdPool, OutOfIds, takeBlock } from './id-pool.ts'
import { overlay } from './overlay.ts'
import { isInView, pendingTx } from './pending.ts'
import { Absorbing, type Decided, planAbsorb } from './plan-absorb.ts'
import { planAmend } from './plan-amend.ts'
import { planCatchUp } from './plan-catch-up.ts'
import { planExcisions } from './plan-excisions.ts'
import { rememberCommit } from './plan-identity.ts'
import { planWithdraw } from './plan-withdraw.ts'
import { planWrite, type WriteRequest } from './plan-write.ts'
import type { PredictEnv } from './predict.ts'
import type { Excise, ExciseAnswer } from './protocol.ts'
import { withQueue } from './queue-source.ts'
import { metaChange, type ReplicaMeta, readMeta } from './replica-meta.ts'
import { confirmedAt, type ReplicaState, type Step } from './replica-state.ts'
import { Settlements } from './settlements.ts'
import { Slices } from './slices.ts'
import { unusedIds } from './unused-ids.ts'

type Plan<T> = (state: ReplicaState, env: PredictEnv) => Step<T> | Promise<Step<T>>

/**
 * The ledger of a replica: a transaction is run on what users see, confirmed and pending, and queued for the remote. Several of
 * them over one store (one for each tab) see each other's steps.
 */
export class ReplicaLedger implements Ledger {
  readonly chunk = PUSHED
  private readonly changes = new Listeners<Change>()
  private readonly states = new Listeners<ReplicaState>()
  private readonly failures = new LedgerFailures()
  private readonly calls = new CallQueue<WriteRequest, Written>((calls) => this.write(calls))
  private readonly steps = new Mutex()
  private readonly pool = new IdPool()
  private readonly settlements = new Settlements()
  /** Pending transaction entities of this session, and whose they are. */
  private readonly txids = new Map<number, string>()
  private readonly unwatch: () => void
  private readonly indexer: Indexer
  private readonly slices = new Slices()
  private refreshing = false
  private closed = false

  private constructor(
    private readonly store: LocalStore,
    private readonly runtime: Runtime,
    private readonly segments: Segments,
    private current: ReplicaState,
    options: IndexingOptions,
  ) {
    this.indexer = new Indexer(store, segments, this.indexed, options)
    this.unwatch = store.watch(() => {
      if (this.refreshing) return
      this.refreshing = true
      this.refresh().catch((e: unknown) => this.fail(e))
    })
  }

  /** Opens, and makes a replica of whatever lies there, a local-only database too. */
  static async open(store: LocalStore, runtime: Runtime, options: IndexingOptions = {}): Promise<ReplicaLedger> {
    const { root, excisions } = await becomeReplica(store)
    const segments = new Segments(store, options.cacheBytes)
    segments.excisions = excisions
    const from = async (root: IndexRoot | undefined): Promise<ReplicaLedger> => {
      const state = stateAt(await segments.openRoot(root), excisions)
      const ledger = new ReplicaLedger(store, runtime, segments, state, options)
      await ledger.refresh().catch((e: unknown) => {
        ledger.unwatch()
        throw e
      })
      return ledger
    }
    const ledger = await from(root).catch((e: unknown) => {
      if (segments.broken === undefined) throw e
      return from(undefined)
    })
    ledger.failures.damage = segments.broken
    runtime.confirmed = () => ledger.indexer.moved.then(() => ledger.current.confirmed)
    ledger.indexer.start()
    return ledger
  }

  /** How many pending transactions were decided anew, since it was opened. */
  reruns = 0

  /** How many pending transactions were read, applied or decided anew, since it was opened. */
  get pieces(): number {
    return this.slices.pieces
  }

  get db(): Db {
    return this.current.view
  }

  /** Everything this replica knows now. */
  get state(): ReplicaState {
    return this.current
  }

  /** Names of the functions that transactions may call here. */
  get functions(): readonly string[] {
    return Object.keys(this.runtime.functions)
  }

  transact(forms: readonly unknown[], options: WriteOptions): Promise<Written> {
    return this.send({ forms, options })
  }

  /**
   * Sends a refused transaction again as a new one, with other forms when given; it leaves the list of the refused in the same
   * step. A pending one is taken back for the other forms. Throws `sync/not-rejected`, and what `transact` throws: then it
   * stays where it is.
   */
  sendAgain(id: string, forms?: readonly unknown[]): Promise<Written> {
    const request = { forms, options: {}, retryOf: id }
    const pending = forms !== undefined && this.current.entries.some((p) => p.txid === id && isInView(p))
    return pending ? this.update((state, env) => planAmend(state, request, env)) : this.send(request)
  }

  /** Takes a pending transaction back, or drops a refused one. Throws `sync/not-pending`. */
  async withdraw(id: string): Promise<Settled> {
    await this.update((state, env) => planWithdraw(state, id, env))
    return this.settled(id)
  }

  onChange = (listener: (change: Change) => void): (() => void) => this.changes.add(listener)
  /** Called after every step, those included that change nothing in the view. */
  onState = (listener: (state: ReplicaState) => void): (() => void) => this.states.add(listener)
  onFailure = this.failures.on
  readLog = (from: number, limit: number): Promise<readonly LogRow[]> => this.store.readLog(from, limit)

  stats = () => this.segments.stats(this.current.confirmed)

  private readonly datomsOf: DatomsOf = async (tx) => {
    if (isPendingTx(tx)) return this.current.entries.find((p) => pendingTx(p.seq) === tx)?.body.predicted
    return this.segments.datomsOf(tx)
  }

  origin = new LogOrigin(this.datomsOf)
  /** The way to the remote. */
  remote: ((message: Excise) => Promise<ExciseAnswer>) | undefined

  async excise(target: EntityRef, options: ExciseOptions): Promise<ExciseReport> {
    if (this.closed || this.remote === undefined) throw closedError()
    const report = await askExcision(this.current, this.runtime.now(), target, options, this.remote)
    await this.reached(report.t)
    return report
  }

  /** Takes out of everything here what the remote has taken out of its log, beyond the first `excised` times. */
  carryOut(excisions: readonly Excision[], excised: number): Promise<void> {
    return this.update(async (state, env) => {
      const due = excisions.slice(state.meta.excised - excised)
      if (due.length === 0) return { result: undefined }
      const log = await this.segments.readLog(1, state.head.t)
      return planExcisions(state, log, due, excised + excisions.length, env)
    })
  }

  async settled(txid: string): Promise<Settled> {
    const known = this.settlements.get(txid)
    if (known !== undefined) return known
    const { entries, rejected, confirmed } = this.current
    const entry = entries.findLast((p) => p.txid === txid) // it is most often the newest that is asked for
    if (entry !== undefined) return entry.t === undefined ? this.settlements.wait(txid) : confirmedAt(entry.t)
    const refused = rejected.get(txid)
    if (refused !== undefined) {
      const { code, message, facts } = refused
      return { status: 'rejected', code, message, facts }
    }
    const tx = await entityWith(confirmed, Builtin.txId, readValue('uuid', txid, ':tx/id'))
    if (tx !== undefined) return confirmedAt(tOfTx(tx))
    throw new AnnalsError('log/unknown-transaction', `there is no transaction with the id ${txid}`, { id: txid })
  }

  /** Plans a step on the newest state and stores it; plans again when another tab was first. One step at a time. */
  update<T>(plan: Plan<T>): Promise<T> {
    return this.steps.run(() => {
      if (this.closed) throw closedError()
      return this.attempt(plan)
    })
  }

  /** Takes in what the remote decided. Own transactions go on being queued meanwhile, and what is worked out holds for them too. */
  async absorb(decidedOn: (state: ReplicaState) => Decided): Promise<void> {
    const begun = this.current
    // what fails is begun again in its turn
    const absorbing = await Absorbing.begin(begun, decidedOn(begun), this.env(begun, noIds)).catch(() => undefined)
    await this.update((state, env) =>
      absorbing?.continues(state) ? absorbing.finish(state, env) : planAbsorb(state, decidedOn(state), env),
    )
  }

  /** Tells of a failure that nobody awaits. */
  fail(e: unknown): void {
    if (this.closed) return
    this.failures.tell(e)
  }

  async close(): Promise<void> {
    if (this.closed) return
    await this.calls.idle()
    await this.indexer.stop()
    this.closed = true
    this.unwatch()
    await this.steps.run(async () => undefined)
    await this.store.close()
    this.states.call(this.current)
  }

  /** Resolves once the confirmed log reaches `t` here. Rejects with `connection/closed`. */
  private reached(t: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.current.head.t >= t) resolve()
        else if (this.closed) reject(closedError())
        else return
        stop()
      }
      const stop = this.onState(look)
      look()
    })
  }

  private send(request: WriteRequest): Promise<Written> {
    return this.closed ? Promise.reject(closedError()) : this.calls.add(request)
  }

  private async write(calls: readonly Call<WriteRequest, Written>[]): Promise<void> {
    const requests = calls.map((call) => call.input)
    const results = await this.update((state, env) => planWrite(state, requests, env))
    for (const [i, call] of calls.entries()) {
      const result = results[i]
      if (result === undefined) continue
      if ('written' in result) {
        call.resolve(result.written)
        continue
      }
      breakOff(call.input.options.sequence)
      call.reject(result.refused)
    }
  }

  private attempt<T>(plan: Plan<T>): Promise<T> {
    return readingAnew(
      () => this.attemptOn(plan),
      () => this.catchUp(true),
    )
  }

  private async attemptOn<T>(plan: Plan<T>): Promise<T> {
    for (;;) {
      const mark = this.pool.mark()
      try {
        const step = await plan(this.current, this.env(this.current))
        if (step.commit === undefined || (await this.store.commit(step.commit)) === 'committed') {
          this.move(step)
          return step.result
        }
        this.pool.rewind(mark)
        await this.catchUp()
      } catch (e) {
        this.pool.rewind(mark)
        if (!(e instanceof OutOfIds)) throw e
        if (!(await this.claim(this.current))) await this.catchUp()
      }
    }
  }

  /** Goes on to the state in the store; `anew`: from the store alone, where segments that the confirmed value names were removed. */
  private async catchUp(anew = false): Promise<void> {
    for (let isAnew = anew; ; ) {
      const mark = this.pool.mark()
      const stored = await this.store.read(isAnew ? undefined : this.segments.rootT)
      const meta = readMeta(stored.meta)
      const isExcised = meta.excisions !== this.current.meta.excisions
      const from = isExcised ? { ...this.current, ...(await this.nothing()) } : this.current
      const { t } = stored.heads.confirmed
      const rows = await this.segments.readLog(from.head.t + 1, t)
      try {
        const reached = isAnew && !isExcised ? await this.segments.confirmedAt(stored.root, t) : undefined
        this.move(await planCatchUp(from, stored, rows, this.env({ meta }), reached))
        const { root } = stored
        if (root !== undefined && this.segments.isNewer(root)) await this.stand(root)
        return
      } catch (e) {
        this.pool.rewind(mark)
        if (e instanceof OutOfIds) await this.claim({ meta, claim: stored.heads.claim })
        else if (isAnnalsError(e, 'db/gone') && !isAnew) isAnew = true
        else if (!(await this.isExcisedBeyond(meta))) throw e
      }
    }
  }

  /** What the log begins with. */
  private async nothing(): Promise<Pick<ReplicaState, 'confirmed' | 'head'>> {
    const { db, head } = await this.segments.openRoot(undefined)
    return { confirmed: db, head }
  }

  /** Whether another tab took facts out since `meta` was read: what was read after it may be of another log. */
  private async isExcisedBeyond({ excisions }: ReplicaMeta): Promise<boolean> {
    return readMeta((await this.store.read(this.segments.rootT)).meta).excisions !== excisions
  }

  /** Takes the confirmed value from `root`: what it says stays the same. */
  private async stand(root: IndexRoot | undefined): Promise<void> {
    const { confirmed, head, entries } = this.current
    const { db } = await this.segments.confirmedAt(root, head.t)
    const same = withAliases(db, [...confirmed.aliases])
    const { view } = await overlay(same, entries, this.env(this.current), new News())
    const next = { ...this.current, confirmed: same, view }
    this.current = { ...next, view: withQueue(view, () => next) }
  }

  private readonly indexed: IndexerHost = {
    confirmed: () => ({ db: this.current.confirmed, head: this.current.head }),
    adopt: (root) =>
      this.steps.run(async () => {
        if (this.closed) return
        if (root !== undefined && root.t > this.current.head.t) await this.catchUp()
        await this.stand(root)
      }),
    fail: (e) => this.fail(e),
  }

  private refresh(): Promise<void> {
    return this.steps.run(async () => {
      this.refreshing = false
      if (!this.closed) await this.catchUp()
    })
  }

  /** Claims a block of ids; false when another tab was first. */
  private async claim(from: Pick<ReplicaState, 'meta' | 'claim'>): Promise<boolean> {
    const { block, left } = takeBlock(from.meta, this.pool.nextClaim())
    if ((await this.store.commit(rememberCommit(from.claim, left))) === 'lost') return false
    for (const free of await unusedIds(this.current.view, block)) this.pool.add(free)
    if (from.claim === this.current.claim) {
      this.current = { ...this.current, claim: from.claim + 1, meta: { ...this.current.meta, ...left } }
    }
    return true
  }

  private move<T>({ next, touched, data, ended }: Step<T>): void {
    if (next === undefined) return
    const { confirmed, meta } = this.current
    this.current = { ...next, view: withQueue(next.view, () => next) }
    const isExcised = next.meta.excisions !== meta.excisions
    if (isExcised) this.forget()
    if (next.confirmed !== confirmed) this.indexer.poke()
    for (const { seq, txid } of next.entries.toReversed()) {
      if (this.txids.get(pendingTx(seq)) === txid) break
      this.txids.set(pendingTx(seq), txid)
    }
    if (isExcised) this.changes.call({ db: this.current.view, attributes: undefined })
    else if (touched !== undefined)
      this.changes.call({ db: this.current.view, attributes: touched, ...(data && { data }) })
    if (ended !== undefined) this.settlements.end(ended)
    this.states.call(this.current)
  }

  /** Values taken before answer no more, and segments made before are of no use. */
  private forget(): void {
    this.segments.excised(this.current.meta.excisions)
    this.origin.gone = true
    this.origin = new LogOrigin(this.datomsOf)
  }

  private env({ meta }: Pick<ReplicaState, 'meta'>, take = this.pool.take): PredictEnv {
    return {
      runtime: this.runtime,
      replica: meta.replica,
      generation: meta.generation,
      take,
      txidOf: (tx) => this.txids.get(tx),
      datomsOf: this.datomsOf,
      ran: () => {
        this.reruns++
      },
      breathe: () => this.slices.breathe(),
    }
  }
}

/** Ids are claimed, and given back where nothing comes of it, by one step at a time. */
const noIds = (): never => {
  throw new OutOfIds()
}

/** What a replica knows that has nothing but a confirmed value. */
const stateAt = ({ db, head }: Confirmed, excisions: number): ReplicaState => ({
  meta: readMeta(metaChange({ excisions })),
  claim: 0,
  head,
  confirmed: db,
  seq: 0,
  entries: [],
  rejected: new Map(),
  view: db,
})

const closedError = (): AnnalsError => new AnnalsError('connection/closed', 'this connection is closed')

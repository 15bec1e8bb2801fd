import type { ExciseOptions, ExciseReport } from '../api/connection.ts'
import type { EntityRef } from '../api/db.ts'
import type { Settled } from '../api/report.ts'
import { isAnnalsError } from '../base/errors.ts'
import { PUSHED } from '../base/import-chunk.ts'
import { Listeners } from '../base/listeners.ts'
import { waitUntil } from '../base/wait-until.ts'
import { isPendingTx } from '../datom/ids.ts'
import type { Db } from '../db/db.ts'
import { CallQueue } from '../engine/call-queue.ts'
import { commitSurely } from '../engine/commit-surely.ts'
import type { Excision } from '../engine/excision.ts'
import type { IndexingOptions } from '../engine/indexer.ts'
import type { Ledger, WriteOptions, Written } from '../engine/ledger.ts'
import type { Runtime } from '../engine/runtime.ts'
import { type Confirmed, Segments } from '../engine/segments.ts'
import { closedError, StoreLedger } from '../engine/store-ledger.ts'
import type { IndexRoot, LocalState, LocalStore } from '../storage/port.ts'
import type { DatomsOf } from '../transact/transaction.ts'
import { withAliases } from './aliases.ts'
import { askExcision } from './ask-excision.ts'
import { becomeReplica } from './become-replica.ts'
import { claimIds } from './claim-ids.ts'
import { News } from './footprint.ts'
import { IdPool, OutOfIds } from './id-pool.ts'
import { overlay } from './overlay.ts'
import { isInView, pendingTx } from './pending.ts'
import { Absorbing, type Decided, planAbsorb } from './plan-absorb.ts'
import { planAmend } from './plan-amend.ts'
import { planCatchUp } from './plan-catch-up.ts'
import { planExcisions } from './plan-excisions.ts'
import { planWithdraw } from './plan-withdraw.ts'
import { planWrite, type WriteRequest } from './plan-write.ts'
import type { PredictEnv } from './predict.ts'
import type { Excise, ExciseAnswer } from './protocol.ts'
import { withQueue } from './queue-source.ts'
import { QueuedTxs } from './queued-txs.ts'
import { type ReplicaMeta, readMeta } from './replica-meta.ts'
import { bareState, type ReplicaState, type Step } from './replica-state.ts'
import { settledIn } from './settled-in.ts'
import { Settlements } from './settlements.ts'
import { Slices } from './slices.ts'
import { writeCalls } from './write-calls.ts'

type Plan<T> = (state: ReplicaState, env: PredictEnv) => Step<T> | Promise<Step<T>>

/**
 * The ledger of a replica: a transaction is run on what users see, confirmed and pending, and queued for the remote. Several of
 * them over one store (one for each tab) see each other's steps.
 */
export class ReplicaLedger extends StoreLedger implements Ledger {
  readonly chunk = PUSHED
  readonly #states = new Listeners<ReplicaState>()
  readonly #calls = new CallQueue<WriteRequest, Written>((calls) =>
    writeCalls(calls, (requests) => this.update((state, env) => planWrite(state, requests, env))),
  )
  readonly #pool = new IdPool()
  readonly #settlements = new Settlements()
  readonly #queued = new QueuedTxs()
  readonly #slices = new Slices()

  private constructor(
    store: LocalStore,
    runtime: Runtime,
    segments: Segments,
    private current: ReplicaState,
    options: IndexingOptions,
  ) {
    super(store, runtime, segments, options)
  }

  /** Opens, and makes a replica of whatever lies there, a local-only database too. */
  static async open(store: LocalStore, runtime: Runtime, options: IndexingOptions = {}): Promise<ReplicaLedger> {
    const { root, excisions } = await becomeReplica(store)
    const segments = new Segments(store, options.cacheBytes)
    segments.excisions = excisions
    const from = async (root: IndexRoot | undefined): Promise<ReplicaLedger> => {
      const state = bareState(await segments.openRoot(root), excisions)
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
    ledger.start()
    return ledger
  }

  /** How many pending transactions were decided anew, since it was opened. */
  reruns = 0

  /** How many pending transactions were read, applied or decided anew, since it was opened. */
  get pieces(): number {
    return this.#slices.pieces
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
    return this.#send({ forms, options })
  }

  /**
   * Sends a refused transaction again as a new one, with other forms when given; it leaves the list of the refused in the same
   * step. A pending one is taken back for the other forms. Throws `sync/not-rejected`, and what `transact` throws: then it
   * stays where it is.
   */
  sendAgain(id: string, forms?: readonly unknown[]): Promise<Written> {
    const request = { forms, options: {}, retryOf: id }
    const pending = forms !== undefined && this.current.entries.some((p) => p.txid === id && isInView(p))
    return pending ? this.update((state, env) => planAmend(state, request, env)) : this.#send(request)
  }

  /** Takes a pending transaction back, or drops a refused one. Throws `sync/not-pending`. */
  async withdraw(id: string): Promise<Settled> {
    await this.update((state, env) => planWithdraw(state, id, env))
    return this.settled(id)
  }

  /** Called after every step, those included that change nothing in the view. */
  onState = (listener: (state: ReplicaState) => void): (() => void) => this.#states.add(listener)

  /** The way to the remote. */
  remote: ((message: Excise) => Promise<ExciseAnswer>) | undefined

  async excise(target: EntityRef, options: ExciseOptions): Promise<ExciseReport> {
    if (this.closed || this.remote === undefined) throw closedError()
    const report = await askExcision(this.current, this.runtime.now(), target, options, this.remote)
    await this.#reached(report.t)
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
    const known = this.#settlements.get(txid)
    if (known !== undefined) return known
    return (await settledIn(this.current, txid)) ?? this.#settlements.wait(txid)
  }

  /** Plans a step on the newest state and stores it; plans again when another tab was first. One step at a time. */
  update<T>(plan: Plan<T>): Promise<T> {
    return this.step(() => this.#attempt(plan))
  }

  /** Takes in what the remote decided. Own transactions go on being queued meanwhile, and what is worked out holds for them too. */
  async absorb(decidedOn: (state: ReplicaState) => Decided): Promise<void> {
    const begun = this.current
    // what fails is begun again in its turn
    const absorbing = await Absorbing.begin(begun, decidedOn(begun), this.#env(begun, noIds)).catch(() => undefined)
    await this.update((state, env) =>
      absorbing?.continues(state) ? absorbing.finish(state, env) : planAbsorb(state, decidedOn(state), env),
    )
  }

  async close(): Promise<void> {
    if (this.closed) return
    await this.#calls.idle()
    await this.indexer.stop()
    this.closed = true
    this.unwatch()
    await this.steps.run(async () => undefined)
    await this.store.close()
    this.#states.call(this.current)
  }

  /** Resolves once the confirmed log reaches `t` here. Rejects with `connection/closed`. */
  async #reached(t: number): Promise<void> {
    const look = (): boolean | undefined => this.current.head.t >= t || (this.closed ? false : undefined)
    if (!(await waitUntil(look, this.onState, []))) throw closedError()
  }

  async #send(request: WriteRequest): Promise<Written> {
    this.checkOpen()
    return this.#calls.add(request, request.options.sequence)
  }

  async #attempt<T>(plan: Plan<T>): Promise<T> {
    for (;;) {
      const mark = this.#pool.mark()
      try {
        const step = await plan(this.current, this.#env(this.current))
        if (step.commit === undefined || (await commitSurely(this.store, step.commit)) === 'committed') {
          this.#move(step)
          return step.result
        }
        this.#pool.rewind(mark)
        await this.catchUp()
      } catch (e) {
        this.#pool.rewind(mark)
        if (!(e instanceof OutOfIds)) throw e
        if (!(await this.#claim(this.current))) await this.catchUp()
      }
    }
  }

  protected get confirmed(): Confirmed {
    return { db: this.current.confirmed, head: this.current.head }
  }

  protected async saidBy(tx: number): ReturnType<DatomsOf> {
    if (isPendingTx(tx)) return this.current.entries.find((p) => pendingTx(p.seq) === tx)?.body.predicted
    return this.segments.datomsOf(tx)
  }

  protected readAnew(): Promise<void> {
    return this.catchUp(true)
  }

  /** `anew`: from the store alone, where segments that the confirmed value names were removed. */
  protected async catchUp(anew = false): Promise<void> {
    for (let isAnew = anew; ; ) {
      const mark = this.#pool.mark()
      const stored = await this.#stored(isAnew ? undefined : this.segments.rootT)
      const meta = readMeta(stored.meta)
      const isExcised = meta.excisions !== this.current.meta.excisions
      const from = isExcised ? { ...this.current, ...(await this.#nothing()) } : this.current
      const { t } = stored.heads.confirmed
      const rows = await this.segments.readLog(from.head.t + 1, t)
      try {
        const reached = isAnew && !isExcised ? await this.segments.confirmedAnew(stored.root, t) : undefined
        this.#move(await planCatchUp(from, stored, rows, this.#env({ meta }), reached))
        const { root } = stored
        if (root !== undefined && this.segments.isNewer(root)) await this.stand(root)
        return
      } catch (e) {
        this.#pool.rewind(mark)
        if (e instanceof OutOfIds) await this.#claim({ meta, claim: stored.heads.claim })
        else if (isAnnalsError(e, 'db/gone') && !isAnew) isAnew = true
        else if (!(await this.#isExcisedBeyond(meta))) throw e
      }
    }
  }

  /** What the log begins with. */
  async #nothing(): Promise<Pick<ReplicaState, 'confirmed' | 'head'>> {
    const { db, head } = await this.segments.openRoot(undefined)
    return { confirmed: db, head }
  }

  /** Whether another tab took facts out since `meta` was read: what was read after it may be of another log. */
  async #isExcisedBeyond({ excisions }: ReplicaMeta): Promise<boolean> {
    return readMeta((await this.#stored(this.segments.rootT)).meta).excisions !== excisions
  }

  /** What lies in the store: of the queue only what is new, unless what is known of it may have changed. */
  async #stored(rootT: number | undefined): Promise<LocalState> {
    const { seq, meta } = this.current
    const stored = await this.store.read(rootT, seq)
    const isKnown = seq === 0 || readMeta(stored.meta).generation === meta.generation
    return isKnown ? stored : this.store.read(rootT)
  }

  protected async stand(root: IndexRoot | undefined): Promise<void> {
    const { confirmed, head, entries } = this.current
    const { db } = await this.segments.confirmedAt(root, head.t)
    const same = withAliases(db, [...confirmed.aliases])
    const { view } = await overlay(same, entries, this.#env(this.current), new News())
    const next = { ...this.current, confirmed: same, view }
    this.current = { ...next, view: withQueue(view, () => next) }
  }

  /** Claims a block of ids; false when another tab was first. */
  async #claim(from: Pick<ReplicaState, 'meta' | 'claim'>): Promise<boolean> {
    const left = await claimIds(this.store, this.#pool, from, this.current.view)
    if (left === undefined) return false
    if (from.claim === this.current.claim) {
      this.current = { ...this.current, claim: from.claim + 1, meta: { ...this.current.meta, ...left } }
    }
    return true
  }

  #move<T>({ next, touched, data, ended }: Step<T>): void {
    if (next === undefined) return
    const { confirmed, meta } = this.current
    this.current = { ...next, view: withQueue(next.view, () => next) }
    const isExcised = next.meta.excisions !== meta.excisions
    if (isExcised) this.forget(next.meta.excisions)
    if (next.confirmed !== confirmed) this.indexer.poke()
    this.#queued.add(next.entries)
    if (isExcised) this.changes.call({ db: this.current.view, attributes: undefined })
    else if (touched !== undefined)
      this.changes.call({ db: this.current.view, attributes: touched, ...(data && { data }) })
    if (ended !== undefined) this.#settlements.end(ended)
    this.#states.call(this.current)
  }

  #env({ meta }: Pick<ReplicaState, 'meta'>, take = this.#pool.take): PredictEnv {
    return {
      runtime: this.runtime,
      replica: meta.replica,
      generation: meta.generation,
      take,
      txidOf: this.#queued.txidOf,
      datomsOf: this.datomsOf,
      ran: () => {
        this.reruns++
      },
      breathe: () => this.#slices.breathe(),
    }
  }
}

/** Ids are claimed, and given back where nothing comes of it, by one step at a time. */
const noIds = (): never => {
  throw new OutOfIds()
}

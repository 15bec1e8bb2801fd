import type { ExciseOptions, ExciseReport } from '../api/connection.ts'
import type { EntityRef } from '../api/db.ts'
import type { Settled } from '../api/report.ts'
import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import { Listeners } from '../base/listeners.ts'
import { FIRST_USER_ID, isEntityId } from '../datom/ids.ts'
import type { Db } from '../db/db.ts'
import type { IndexRoot, LocalCommit, LocalState, LocalStore, LogRow } from '../storage/port.ts'
import { schemaForms } from '../transact/install-schema.ts'
import type { DatomsOf } from '../transact/transaction.ts'
import { type Call, CallQueue } from './call-queue.ts'
import { commitSurely } from './commit-surely.ts'
import { decideGroup, decideOne, type Request } from './decide-group.ts'
import { exciseRows } from './excision.ts'
import type { IndexingOptions } from './indexer.ts'
import type { Change, Ledger, WriteOptions, Written } from './ledger.ts'
import { freeAfter } from './own-ids.ts'
import type { Place } from './place.ts'
import { EXCISE_SCHEMA, type ExcisionPlan, planExcision, saysOther } from './plan-excision.ts'
import { readingAnew } from './reading-anew.ts'
import { decodeRecord, type LogRecord } from './record.ts'
import { applyRows } from './replay.ts'
import type { Runtime } from './runtime.ts'
import { type Confirmed, Segments } from './segments.ts'
import { StoreLedger } from './store-ledger.ts'
import { attributesOf } from './touched.ts'

/** The next id to mint, in the store's meta. */
const NEXT_ID = 'nextId'
/** How often facts were taken out of the log, in the store's meta: who counted less must read it anew. */
const EXCISIONS = 'excisions'
const excisionsIn = ({ meta }: LocalState): number => (meta.get(EXCISIONS) as number | undefined) ?? 0

const isReplica = ({ meta }: LocalState): boolean => meta.has('replica')
const followsRemote = (): AnnalsError =>
  new AnnalsError(
    'sync/is-replica',
    'this database is a copy of a remote one: open it with sync (setOnline(false) keeps it off the network)',
  )

/** The ledger of a database that has no remote: a transaction is confirmed when it is in the log. */
export class LocalLedger extends StoreLedger implements Ledger {
  readonly chunk = undefined
  readonly #foreseen = new Listeners<Change>()
  /** Whether another tab has given the store a remote meanwhile, whose log this is now. */
  #isTaken = false
  readonly #calls = new CallQueue<Request, Written>(async (calls) => {
    await this.indexer.room()
    return this.steps.run(() => this.#writeAll(calls))
  })

  private constructor(
    store: LocalStore,
    runtime: Runtime,
    segments: Segments,
    private newest: Confirmed,
    private nextId: number,
    options: IndexingOptions,
  ) {
    super(store, runtime, segments, options)
  }

  /** Throws `sync/is-replica` for a store that follows a remote log: what is written here would never fit into that one. */
  static async open(store: LocalStore, runtime: Runtime, options: IndexingOptions = {}): Promise<LocalLedger> {
    const state = await store.read()
    if (isReplica(state)) throw followsRemote()
    const segments = new Segments(store, options.cacheBytes)
    segments.excisions = excisionsIn(state)
    const newest = await segments.openRoot(state.root)
    const ledger = new LocalLedger(store, runtime, segments, newest, nextIdOf(state), options)
    await ledger.refresh()
    ledger.start()
    return ledger
  }

  get db(): Db {
    return this.newest.db
  }

  async transact(forms: readonly unknown[], options: WriteOptions): Promise<Written> {
    this.checkOpen()
    return this.#calls.add({ forms, options }, options.sequence)
  }

  async excise(target: EntityRef, options: ExciseOptions): Promise<ExciseReport> {
    const plan = (db: Db): Promise<ExcisionPlan> => planExcision(db, target, options)
    await this.step(() => plan(this.db))
    for (const forms of schemaForms(this.db.schema, EXCISE_SCHEMA)) await this.transact(forms, { schema: true })
    return this.step(() => this.#exciseNow(plan))
  }

  /** Appends records that were decided before. False when somebody else has written: then nothing is changed. */
  adopt(rows: readonly LogRow[]): Promise<boolean> {
    return this.steps.run(async () => {
      let { nextId } = this
      const next = await applyRows(this.newest.db, this.newest.head, rows, ({ data }, { schema }) => {
        nextId = Math.max(nextId, freeAfter(data, schema))
      })
      if (!(await this.#append({ log: rows, meta: new Map([[NEXT_ID, nextId]]) }))) return false
      this.nextId = nextId
      this.#publish(next)
      return true
    })
  }

  onForeseen = (listener: (change: Change) => void): (() => void) => this.#foreseen.add(listener)

  async settled(txid: string): Promise<Settled> {
    throw new AnnalsError('log/unknown-transaction', `no transaction waits under the id ${txid}`, { id: txid })
  }

  async close(): Promise<void> {
    this.closed = true
    this.unwatch()
    await this.indexer.stop()
    await this.#calls.idle()
    await this.steps.run(async () => undefined) // what reads on
    await this.store.close()
  }

  protected get confirmed(): Confirmed {
    return this.newest
  }

  protected saidBy(tx: number): ReturnType<DatomsOf> {
    return this.segments.datomsOf(tx)
  }

  protected async catchUp(): Promise<void> {
    if (this.#isTaken) return
    const { segments } = this
    const state = await this.#read(segments.rootT)
    const { root, heads } = state
    const { t } = heads.confirmed
    if (excisionsIn(state) !== segments.excisions) await this.#startAnew(excisionsIn(state), t)
    if (this.newest.head.t < t) {
      const touched = new Set<number>()
      const seen = (record: LogRecord): void => {
        for (const a of record.data.a) touched.add(a)
      }
      const next = await segments.follow(this.newest, t, seen).catch((e: unknown) => {
        if (segments.broken === undefined && !isAnnalsError(e, 'db/gone')) throw e
      })
      if (next === undefined) return this.readAnew()
      this.#publish(next, { attributes: touched })
    }
    if (root !== undefined && segments.isNewer(root)) await this.stand(root)
  }

  async #read(rootBeyond?: number): Promise<LocalState> {
    const state = await this.store.read(rootBeyond)
    this.#isTaken = isReplica(state)
    if (this.#isTaken) throw followsRemote()
    this.nextId = Math.max(this.nextId, nextIdOf(state))
    return state
  }

  protected async readAnew(): Promise<void> {
    const { segments } = this
    const state = await this.#read()
    const { t } = state.heads.confirmed
    if (excisionsIn(state) !== segments.excisions) return this.#startAnew(excisionsIn(state), t)
    this.#publish(await segments.confirmedAnew(state.root, t))
  }

  protected async stand(root: IndexRoot | undefined): Promise<void> {
    this.newest = await this.segments.confirmedAt(root, this.newest.head.t)
  }

  /** Makes the value from the whole log, up to `t`, because some of it is not what it was; values taken before are gone. */
  async #startAnew(excisions: number, t: number): Promise<void> {
    const newest = await this.segments.confirmedAt(undefined, t).catch((e: unknown) => {
      this.origin.gone = true // what was taken out is not served while the rest cannot be read
      throw e
    })
    // together with the value: a merge that begins in between would lay down the old one as though nothing had been taken out of it
    this.forget(excisions)
    this.#publish(newest)
  }

  /** `said`: what came and went, where that is known. */
  #publish(newest: Confirmed, said: Omit<Change, 'db'> = { attributes: undefined }, more = false): void {
    this.newest = newest
    this.changes.call({ db: newest.db, ...said })
    this.indexer.poke(more)
  }

  /** Runs the calls on the newest value and appends what comes of them as one step; again, in order, when somebody was first. */
  async #writeAll(calls: readonly Call<Request, Written>[]): Promise<void> {
    for (;;) {
      const { done, refused, rows, nextId, place } = await readingAnew(
        () => decideGroup(calls, this.#place, this.runtime, this.datomsOf),
        () => this.readAnew(),
      )
      if (rows.length > 0) {
        const storing = this.#append({
          log: rows,
          ...(nextId !== this.nextId && { meta: new Map([[NEXT_ID, nextId]]) }),
        })
        const data = done.map((d) => d.written.data)
        const said = { attributes: attributesOf(data), data }
        const placing = place().then((next) => {
          this.#foreseen.call({ db: next.db, ...said })
          return next
        })
        // while it is stored; what cannot be had this way is read from the store once it is there
        const [isStored, next] = await Promise.all([storing, placing.catch(() => undefined)])
        if (!isStored) continue
        // it is stored, whatever comes of reading it: who commits next finds that the log has moved, and reads it then
        if (next === undefined) await this.readAnew().catch((e: unknown) => this.fail(e))
        else {
          this.nextId = next.nextId
          const isImport = calls.some(({ input }) => input.options.sequence !== undefined)
          this.#publish(next, said, isImport)
        }
      }
      for (const { call, written } of done) call.resolve(written)
      for (const { call, error } of refused) call.reject(error)
      return
    }
  }

  /** One step that begins where the log ends. False when somebody was first: then nothing is changed, and theirs is read. */
  async #append(change: Omit<LocalCommit, 'expect'>): Promise<boolean> {
    if (this.#isTaken) throw followsRemote()
    const outcome = await commitSurely(this.store, { expect: { t: this.newest.head.t }, ...change })
    if (outcome === 'lost') await this.catchUp()
    return outcome === 'committed'
  }

  get #place(): Place {
    return { ...this.newest, nextId: this.nextId }
  }

  /** Takes facts out of the log and adds the transaction that says so, as one step; again when somebody was first. */
  async #exciseNow(plan: (db: Db) => Promise<ExcisionPlan>): Promise<ExciseReport> {
    for (;;) {
      const { excision, forms } = await plan(this.db)
      const { row, place } = await decideOne({ forms, options: {} }, this.#place, this.runtime, this.datomsOf)
      const wrong = saysOther(place.db, decodeRecord(row).data, excision)
      if (wrong !== undefined) throw wrong
      const left = exciseRows(await this.segments.readLog(1, this.newest.head.t), this.db, excision)
      const excisions = this.segments.excisions + 1
      const change = {
        log: [row],
        rewrite: left.rewritten,
        meta: new Map([
          [NEXT_ID, place.nextId],
          [EXCISIONS, excisions],
        ]),
        durability: 'strict',
      } as const
      if (!(await this.#append(change))) continue
      // it is durable, whatever comes of reading what is left: that is tried once more, and again when the log moves
      const read = (): Promise<void> => this.catchUp()
      await read()
        .catch(read)
        .catch((e: unknown) => this.fail(e))
      return { id: row.txid, t: row.t, removed: left.removed }
    }
  }
}

function nextIdOf({ meta }: LocalState): number {
  const stored = meta.get(NEXT_ID)
  return isEntityId(stored) ? Math.max(stored, FIRST_USER_ID) : FIRST_USER_ID
}

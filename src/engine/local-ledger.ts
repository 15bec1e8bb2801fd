import type { ExciseReport, TransactOptions } from '../api/connection.ts'
import type { Settled } from '../api/report.ts'
import { AnnalsError, isAnnalsError, toWireError } from '../base/errors.ts'
import { Listeners } from '../base/listeners.ts'
import { randomUuid } from '../base/random-uuid.ts'
import { FIRST_USER_ID, isEntityId, tOfTx, txOfT } from '../datom/ids.ts'
import type { Db } from '../db/db.ts'
import { emptyDb } from '../db/empty.ts'
import type { ConfirmedHead, LocalState, LocalStore, LogRow } from '../storage/port.ts'
import { transact } from '../transact/transact.ts'
import type { DatomsOf } from '../transact/transaction.ts'
import { type Call, CallQueue } from './call-queue.ts'
import { exciseRows } from './excision.ts'
import type { Change, Ledger, WriteOptions, Written } from './ledger.ts'
import { Mutex } from './mutex.ts'
import { LogOrigin } from './origin.ts'
import type { ExcisionPlan } from './plan-excision.ts'
import { decodeRecord, toRow } from './record.ts'
import { applyRecord, applyRows, LOG_PAGE } from './replay.ts'
import { type Runtime, runtimeEnv } from './runtime.ts'
import { attributesOf } from './touched.ts'

interface Request {
  readonly forms: readonly unknown[]
  readonly options: WriteOptions
}

/** The next id to mint, in the store's meta. */
const NEXT_ID = 'nextId'
/** How often facts were taken out of the log, in the store's meta: who counted less must read it anew. */
const EXCISIONS = 'excisions'
const excisionsIn = ({ meta }: LocalState): number => (meta.get(EXCISIONS) as number | undefined) ?? 0

const NOTHING: ConfirmedHead = { t: 0, hash: '' }

/** Where the log stands while transactions are decided. */
interface Place {
  readonly db: Db
  readonly head: ConfirmedHead
  readonly nextId: number
}

/** The ledger of a database that has no remote: a transaction is confirmed when it is in the log. */
export class LocalLedger implements Ledger {
  private readonly changes = new Listeners<Change>()
  private readonly failures = new Listeners<AnnalsError>()
  private readonly calls = new CallQueue<Request, Written>((calls) => this.steps.run(() => this.writeAll(calls)))
  private readonly steps = new Mutex()
  private readonly unwatch: () => void
  private excisions = 0
  private closed = false
  origin: LogOrigin

  private constructor(
    private readonly store: LocalStore,
    private readonly runtime: Runtime,
    public db: Db,
    private head: ConfirmedHead,
    private nextId: number,
  ) {
    this.origin = new LogOrigin(this.datomsOf)
    this.unwatch = store.watch(() => {
      this.refresh().catch((e: unknown) => this.fail(e))
    })
  }

  /** Throws `sync/is-replica` for a store that follows a remote log: what is written here would never fit into that one. */
  static async open(store: LocalStore, runtime: Runtime): Promise<LocalLedger> {
    if ((await store.read()).meta.has('replica')) {
      throw new AnnalsError(
        'sync/is-replica',
        'this database is a copy of a remote one: open it with sync (setOnline(false) keeps it off the network)',
        {},
      )
    }
    const ledger = new LocalLedger(store, runtime, await emptyDb(), NOTHING, FIRST_USER_ID)
    await ledger.refresh()
    return ledger
  }

  transact(forms: readonly unknown[], options: WriteOptions): Promise<Written> {
    if (this.closed) return Promise.reject(new AnnalsError('connection/closed', 'this connection is closed', {}))
    return this.calls.add({ forms, options })
  }

  async excise(plan: (db: Db) => Promise<ExcisionPlan>): Promise<ExciseReport> {
    return this.steps.run(() => {
      if (this.closed) throw new AnnalsError('connection/closed', 'this connection is closed', {})
      return this.exciseNow(plan)
    })
  }

  onChange = (listener: (change: Change) => void): (() => void) => this.changes.add(listener)
  onFailure = (listener: (error: AnnalsError) => void): (() => void) => this.failures.add(listener)
  readLog = (from: number, limit: number): Promise<readonly LogRow[]> => this.store.readLog(from, limit)

  private readonly datomsOf: DatomsOf = async (tx) => {
    const [row] = await this.store.readLog(tOfTx(tx), 1)
    return row?.t === tOfTx(tx) ? decodeRecord(row).data : undefined
  }

  async settled(txid: string): Promise<Settled> {
    throw new AnnalsError('log/unknown-transaction', `no transaction waits under the id ${txid}`, { id: txid })
  }

  async close(): Promise<void> {
    this.closed = true
    this.unwatch()
    await this.calls.idle()
    await this.store.close()
  }

  /** Reads what others have appended. */
  private refresh(): Promise<void> {
    return this.steps.run(async () => {
      if (!this.closed) await this.catchUp()
    })
  }

  private async catchUp(): Promise<void> {
    const state = await this.store.read()
    const stored = state.meta.get(NEXT_ID)
    if (isEntityId(stored)) this.nextId = Math.max(this.nextId, stored)
    const excisions = excisionsIn(state)
    if (excisions !== this.excisions && this.head.t > 0) {
      await this.startAnew(await this.allRows(state.heads.confirmed.t))
    }
    this.excisions = excisions
    while (this.head.t < state.heads.confirmed.t) {
      const touched = new Set<number>()
      const rows = await this.rowsFrom(this.head.t + 1, state.heads.confirmed.t)
      const next = await applyRows(this.db, this.head, rows, (record) => {
        for (const a of record.data.a) touched.add(a)
        return undefined
      })
      this.head = next.head
      this.publish(next.db, touched)
    }
  }

  /** Some rows from `from` on. Throws `storage/corrupt` when the log does not reach `to`. */
  private async rowsFrom(from: number, to: number): Promise<readonly LogRow[]> {
    const rows = await this.store.readLog(from, LOG_PAGE)
    if (rows.length > 0) return rows
    throw new AnnalsError('storage/corrupt', `the log ends at t ${from - 1} and should reach ${to}`, {})
  }

  private async allRows(to: number): Promise<readonly LogRow[]> {
    const rows: LogRow[] = []
    while (rows.length < to) rows.push(...(await this.rowsFrom(rows.length + 1, to)))
    return rows
  }

  /** Makes the value from `rows`, the whole log, because some of it is not what it was; values taken before are gone. */
  private async startAnew(rows: readonly LogRow[]): Promise<void> {
    const { db, head } = await applyRows(await emptyDb(), NOTHING, rows)
    this.origin.gone = true
    this.origin = new LogOrigin(this.datomsOf)
    this.head = head
    this.publish(db, undefined)
  }

  private publish(db: Db, attributes: ReadonlySet<number> | undefined): void {
    this.db = db
    this.changes.call({ db, attributes })
  }

  /** Runs the calls on the newest value and appends what comes of them as one step; again, in order, when somebody was first. */
  private async writeAll(calls: readonly Call<Request, Written>[]): Promise<void> {
    for (;;) {
      const done: { call: Call<Request, Written>; written: Written }[] = []
      const refused: { call: Call<Request, Written>; error: unknown }[] = []
      const rows: LogRow[] = []
      const datomsOf: DatomsOf = async (tx) => done.find((d) => d.written.tx === tx)?.written.data ?? this.datomsOf(tx)
      let { place } = this
      for (const call of calls) {
        try {
          const decided = await this.decide(call.input, place, datomsOf)
          done.push({ call, written: decided.written })
          rows.push(decided.row)
          place = decided.place
        } catch (error) {
          refused.push({ call, error })
        }
      }
      if (rows.length > 0) {
        const outcome = await this.store.commit({
          expect: { t: this.head.t },
          log: rows,
          meta: new Map([[NEXT_ID, place.nextId]]),
        })
        if (outcome === 'lost') {
          await this.catchUp()
          continue
        }
        this.head = place.head
        this.nextId = place.nextId
        this.publish(place.db, attributesOf(done.map((d) => d.written.data)))
      }
      for (const { call, written } of done) call.resolve(written)
      for (const { call, error } of refused) call.reject(error)
      return
    }
  }

  private get place(): Place {
    return { db: this.db, head: this.head, nextId: this.nextId }
  }

  /** What one transaction comes to at `place`, and where that leads. */
  private async decide({ forms, options }: Request, { db, head, nextId }: Place, datomsOf: DatomsOf) {
    checkBasis(options, db)
    const txid = randomUuid()
    const t = head.t + 1
    const tx = txOfT(t)
    let minted = nextId
    const { data, instant, tempids } = await transact(db, forms, {
      tx,
      txid,
      now: this.runtime.now(),
      mint: () => minted++,
      ...runtimeEnv(this.runtime, datomsOf),
    })
    const record = { t, txid, instant, data, origin: undefined, aliases: new Map() }
    const row = toRow(record, head.hash)
    const after = await applyRecord(db, record)
    const written: Written = { txid, tx, t, data, tempids, before: db, after }
    return { written, row, place: { db: after, head: { t, hash: row.hash }, nextId: minted } }
  }

  /** Takes facts out of the log and adds the transaction that says so, as one step; again when somebody was first. */
  private async exciseNow(plan: (db: Db) => Promise<ExcisionPlan>): Promise<ExciseReport> {
    for (;;) {
      const { excision, forms } = await plan(this.db)
      const { row, place } = await this.decide({ forms, options: {} }, this.place, this.datomsOf)
      const left = exciseRows(await this.allRows(this.head.t), this.db, excision)
      const excisions = this.excisions + 1
      const outcome = await this.store.commit({
        expect: { t: this.head.t },
        log: [row],
        rewrite: left.rewritten,
        meta: new Map([
          [NEXT_ID, place.nextId],
          [EXCISIONS, excisions],
        ]),
        durability: 'strict',
      })
      if (outcome === 'lost') {
        await this.catchUp()
        continue
      }
      this.nextId = place.nextId
      this.excisions = excisions
      await this.startAnew([...left.rows, row])
      return { id: row.txid, t: row.t, removed: left.removed }
    }
  }

  private fail(e: unknown): void {
    const { code, message, data } = toWireError(e)
    this.failures.call(isAnnalsError(e) ? e : new AnnalsError(code, message, data, { cause: e }))
  }
}

/** Throws `tx/basis-moved` when the caller asked for another basis. */
export function checkBasis(options: TransactOptions, db: Db): void {
  if (options.ifBasis === undefined || options.ifBasis === db.basisT) return
  throw new AnnalsError(
    'tx/basis-moved',
    `the database is at t ${db.basisT}, not ${options.ifBasis}: read again and decide anew`,
    {
      expected: options.ifBasis,
      actual: db.basisT,
    },
  )
}

import type { TransactOptions } from '../api/connection.ts'
import type { Settled } from '../api/report.ts'
import { AnnalsError, isAnnalsError, toWireError } from '../base/errors.ts'
import { Listeners } from '../base/listeners.ts'
import { randomUuid } from '../base/random-uuid.ts'
import { FIRST_USER_ID, isEntityId, tOfTx, txOfT } from '../datom/ids.ts'
import type { Db } from '../db/db.ts'
import { emptyDb } from '../db/empty.ts'
import type { ConfirmedHead, LocalStore, LogRow } from '../storage/port.ts'
import { transact } from '../transact/transact.ts'
import type { DatomsOf } from '../transact/transaction.ts'
import { type Call, CallQueue } from './call-queue.ts'
import type { Change, Ledger, WriteOptions, Written } from './ledger.ts'
import { Mutex } from './mutex.ts'
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

/** The ledger of a database that has no remote: a transaction is confirmed when it is in the log. */
export class LocalLedger implements Ledger {
  private readonly changes = new Listeners<Change>()
  private readonly failures = new Listeners<AnnalsError>()
  private readonly calls = new CallQueue<Request, Written>((calls) => this.steps.run(() => this.writeAll(calls)))
  private readonly steps = new Mutex()
  private readonly unwatch: () => void
  private closed = false

  private constructor(
    private readonly store: LocalStore,
    private readonly runtime: Runtime,
    public db: Db,
    private head: ConfirmedHead,
    private nextId: number,
  ) {
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
    const ledger = new LocalLedger(store, runtime, await emptyDb(), { t: 0, hash: '' }, FIRST_USER_ID)
    await ledger.refresh()
    return ledger
  }

  transact(forms: readonly unknown[], options: WriteOptions): Promise<Written> {
    if (this.closed) return Promise.reject(new AnnalsError('connection/closed', 'this connection is closed', {}))
    return this.calls.add({ forms, options })
  }

  onChange = (listener: (change: Change) => void): (() => void) => this.changes.add(listener)
  onFailure = (listener: (error: AnnalsError) => void): (() => void) => this.failures.add(listener)
  readLog = (from: number, limit: number): Promise<readonly LogRow[]> => this.store.readLog(from, limit)

  readonly datomsOf: DatomsOf = async (tx) => {
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
    while (this.head.t < state.heads.confirmed.t) {
      const rows = await this.store.readLog(this.head.t + 1, LOG_PAGE)
      if (rows.length === 0) {
        throw new AnnalsError(
          'storage/corrupt',
          `the log ends at t ${this.head.t} and should reach ${state.heads.confirmed.t}`,
          {},
        )
      }
      const touched = new Set<number>()
      const next = await applyRows(this.db, this.head, rows, (record) => {
        for (const a of record.data.a) touched.add(a)
        return undefined
      })
      this.head = next.head
      this.publish(next.db, touched)
    }
  }

  private publish(db: Db, attributes: ReadonlySet<number>): void {
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
      let db = this.db
      let head = this.head
      let nextId = this.nextId
      for (const call of calls) {
        try {
          const txid = randomUuid()
          const t = head.t + 1
          const { forms, options } = call.input
          checkBasis(options, db)
          let minted = nextId
          const result = await transact(db, forms, {
            tx: txOfT(t),
            txid,
            now: this.runtime.now(),
            mint: () => minted++,
            ...runtimeEnv(this.runtime, datomsOf),
          })
          const record = { t, txid, instant: result.instant, data: result.data, origin: undefined, aliases: new Map() }
          const row = toRow(record, head.hash)
          const after = await applyRecord(db, record)
          done.push({
            call,
            written: { txid, tx: txOfT(t), t, data: result.data, tempids: result.tempids, before: db, after },
          })
          rows.push(row)
          db = after
          head = { t, hash: row.hash }
          nextId = minted
        } catch (error) {
          refused.push({ call, error })
        }
      }
      if (rows.length > 0) {
        const outcome = await this.store.commit({
          expect: { t: this.head.t },
          log: rows,
          meta: new Map([[NEXT_ID, nextId]]),
        })
        if (outcome === 'lost') {
          await this.catchUp()
          continue
        }
        this.head = head
        this.nextId = nextId
        this.publish(db, attributesOf(done.map((d) => d.written.data)))
      }
      for (const { call, written } of done) call.resolve(written)
      for (const { call, error } of refused) call.reject(error)
      return
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

import type { ExportOptions } from '../api/backup.ts'
import type {
  Connection,
  ExciseOptions,
  ExciseReport,
  LogRange,
  Migration,
  MigrationReport,
  Stats,
  TransactOptions,
  UndoOptions,
  UndoTarget,
  WaitOptions,
} from '../api/connection.ts'
import type {
  Db as ApiDb,
  EntityRef,
  PullPattern,
  Query,
  QueryOptions,
  ShownDatom,
  TimePoint,
  TxForms,
} from '../api/db.ts'
import type { ImportStep } from '../api/import.ts'
import type { LiveQuery } from '../api/live.ts'
import type { LogEntry, Settled, TxReport, UndoReport } from '../api/report.ts'
import type { SchemaDef } from '../api/schema.ts'
import type { Sync } from '../api/sync.ts'
import { ANYTHING, COUNT, checkOptions, FLAG, LIST, type OptionKind } from '../base/check-options.ts'
import { checkQueryOptions } from '../base/check-query-options.ts'
import { AnnalsError } from '../base/errors.ts'
import { Failures } from '../base/failures.ts'
import { logPages } from '../base/log-pages.ts'
import { closedError, reachBasis } from '../base/reach-basis.ts'
import type { Db } from '../db/db.ts'
import { countIndex } from '../db/index-tree.ts'
import { schemaForms } from '../transact/install-schema.ts'
import { planUndo } from '../transact/plan-undo.ts'
import { txDatoms } from '../transact/tx-datoms.ts'
import { txForms } from '../transact/tx-forms.ts'
import type { UndoneTx, UndoPlan } from '../transact/undo-plan.ts'
import { refusePartial, undoReport } from '../transact/undo-report.ts'
import { exportLog } from './export-log.ts'
import { DbHandle } from './handle.ts'
import { importStep } from './import-step.ts'
import { LazyDb } from './lazy-db.ts'
import type { Ledger, Written } from './ledger.ts'
import { LiveQueries } from './live.ts'
import { readLog } from './read-log.ts'
import { readingAnew } from './reading-anew.ts'
import type { Runtime } from './runtime.ts'
import { showTxData } from './show-datoms.ts'
import { syncless } from './sync-less.ts'
import { txAt } from './time-point.ts'

/** One open database, in this very thread; what is imported comes in steps that somebody else has gathered. */
export class EngineConnection implements Omit<Connection, 'import'> {
  readonly health = new Failures()
  readonly sync: Sync
  readonly #lives: LiveQueries
  /** The newest value that was asked for, and its handle. */
  #newest: { readonly db: Db; readonly handle: DbHandle }
  readonly #ending = new AbortController()
  #closing: Promise<void> | undefined

  /** `sync`: the replica's, where the ledger is one's. `onClose` runs before the ledger is closed. */
  constructor(
    readonly name: string,
    private readonly ledger: Ledger,
    private readonly runtime: Runtime,
    sync?: Sync,
    private readonly onClose?: () => Promise<void>,
  ) {
    this.#lives = new LiveQueries(ledger, runtime)
    this.#newest = { db: ledger.db, handle: this.#handle(ledger.db) }
    ledger.onFailure((error) => {
      this.health.add([error])
      this.health.tell()
    })
    this.sync = sync ?? syncless(ledger)
  }

  async transact(txData: TxForms, options: TransactOptions = {}): Promise<TxReport> {
    this.#checkCall('transact', options, { ifBasis: COUNT })
    return this.#report(await this.ledger.transact(txForms(txData), options))
  }

  /** Imports the next elements: a step of an import, or all of it. `areFlat`: maps of the same keys, with no objects among their values. */
  async importStep(elements: readonly unknown[], areFlat = false): Promise<ImportStep> {
    this.#checkOpen()
    return importStep(this.ledger, elements, areFlat)
  }

  /** Installs what is missing of the code's schema. Throws `schema/mismatch`, `schema/malformed`. */
  async install(schema: SchemaDef): Promise<void> {
    for (const forms of schemaForms(this.ledger.db.schema, schema)) await this.ledger.transact(forms, { schema: true })
  }

  db = (): ApiDb => {
    this.#checkOpen()
    return this.#value()
  }

  live<T = unknown>(query: Query, inputs: readonly unknown[] = [], options?: QueryOptions): LiveQuery<T> {
    this.#checkOpen()
    if (options !== undefined) checkQueryOptions(options)
    return this.#lives.open({ kind: 'q', query, inputs, ...(options && { options }) }) as LiveQuery<T>
  }

  livePull<T = Record<string, unknown>>(pattern: PullPattern, entity: EntityRef): LiveQuery<T | undefined> {
    this.#checkOpen()
    return this.#lives.open({ kind: 'pull', pattern, entity }) as LiveQuery<T | undefined>
  }

  async planUndo(target: UndoTarget): Promise<UndoReport> {
    return undoReport((await this.#plan(target)).plan)
  }

  async undo(target: UndoTarget, options: UndoOptions = {}): Promise<UndoReport> {
    this.#checkCall('undo', options, { strict: FLAG, txData: ANYTHING })
    const { strict, txData = [] } = options
    const also = txForms(txData)
    const { plan, db, targets, txids } = await this.#plan(target)
    const report = undoReport(plan)
    if (strict) refusePartial(report)
    if (report.reverted.length === 0 && plan.change.increments.length === 0) return report
    const undo = [':db/undo', ...txids.map((id) => ['tx/id', id]), ...(strict ? [{ strict }] : [])]
    const { txid: id, before } = await this.ledger.transact([undo, ...also], {})
    if (before.lastTx === db.lastTx && before.basisT === db.basisT) return { ...report, id }
    // somebody else was first: what was done is what could be done on top of that; it stays done, be it told or not
    const value = before instanceof LazyDb ? await before.value : before
    const done = await planUndo(value, targets, this.ledger.origin.datomsOf).catch(() => plan)
    return { ...undoReport(done), id }
  }

  async excise(target: EntityRef, options: ExciseOptions = {}): Promise<ExciseReport> {
    this.#checkCall('excise', options, { before: ANYTHING, attrs: LIST, txData: ANYTHING })
    return this.ledger.excise(target, options)
  }

  async migrate(migrations: readonly Migration[]): Promise<readonly MigrationReport[]> {
    this.#checkOpen()
    if (!Array.isArray(migrations) || !migrations.every((m) => typeof m?.id === 'string')) {
      throw new AnnalsError('db/bad-option', 'migrate: wants a list of { id, up }')
    }
    const done: MigrationReport[] = []
    for (const { id, up } of migrations) {
      if ((await this.#value().entid(['tx/migration', id])) !== undefined) {
        done.push({ id, status: 'known' })
        continue
      }
      const named = typeof up === 'string' && /^[^\s,;#([{]+$/.test(up) // EDN text of a list is more than one name
      const forms = [...(named ? [[up]] : txForms(up)), [':db/add', 'datomic.tx', 'tx/migration', id]]
      const { txid } = await this.ledger.transact(forms, { schema: true })
      done.push({ id, status: 'applied', txid })
    }
    return done
  }

  log(range: LogRange = {}): AsyncIterable<LogEntry> {
    this.#checkOpen()
    const t = (): number => this.ledger.db.basisT
    return logPages({ t, read: (page) => readLog(this.ledger, page), beyond: (last) => this.syncTo(last + 1) }, range)
  }

  syncTo(t: number, options?: WaitOptions): Promise<ApiDb> {
    const { name, subscribe } = this
    return reachBasis({ name, db: () => this.#value(), subscribe, closing: this.#ending.signal }, t, options)
  }

  export(options: ExportOptions = {}): ReadableStream<Uint8Array> {
    this.#checkOpen()
    checkOptions('export', options, { since: COUNT })
    return exportLog(this.ledger, options)
  }

  subscribe = (listener: () => void): (() => void) => this.ledger.onChange(() => listener())

  async stats(): Promise<Stats> {
    const { db } = this.ledger
    const { pending, rejected } = this.sync.getSnapshot()
    return {
      name: this.name,
      basisT: db.basisT,
      datoms: countIndex(db.present.eavt),
      pastDatoms: countIndex(db.past.eavt),
      attributes: db.schema.attributes.size,
      pending,
      rejected,
      logLength: db.basisT,
      ...this.ledger.stats(),
    }
  }

  /** Goes on to what others have written while this tab was asleep. */
  wake(): void {
    this.ledger.wake()
  }

  close(): Promise<void> {
    this.#ending.abort()
    this.#closing ??= (async () => {
      this.#lives.close()
      await this.onClose?.()
      await this.ledger.close()
    })()
    return this.#closing
  }

  /** The newest value: the same handle until it moves. */
  #value(): DbHandle {
    const { db } = this.ledger
    if (this.#newest.db !== db) this.#newest = { db, handle: this.#handle(db) }
    return this.#newest.handle
  }

  #handle(db: Db | LazyDb): DbHandle {
    return new DbHandle(db, this.runtime, db.basisT, this.ledger.origin)
  }

  /** Throws `connection/closed`, `db/bad-option`. */
  #checkCall(call: string, options: object, kinds: Readonly<Record<string, OptionKind>>): void {
    this.#checkOpen()
    checkOptions(call, options, kinds)
  }

  #checkOpen(): void {
    if (this.#ending.signal.aborted) throw closedError(this.name)
  }

  #report(w: Written): TxReport {
    const settled: Promise<Settled> =
      w.t === undefined ? this.ledger.settled(w.txid) : Promise.resolve({ status: 'confirmed', t: w.t, tx: w.tx })
    let txData: readonly ShownDatom[] | undefined
    return {
      id: w.txid,
      tx: w.tx,
      ...(w.t !== undefined && { t: w.t }),
      status: w.t === undefined ? 'pending' : 'confirmed',
      tempids: w.tempids,
      get txData() {
        txData ??= showTxData(w.tx, w.data) // a large import may have no use for it
        return txData
      },
      dbBefore: this.#handle(w.before),
      dbAfter: this.#handle(w.after),
      settled,
    }
  }

  #plan(target: UndoTarget): Promise<PlannedUndo> {
    return readingAnew(
      () => this.#planNow(target),
      async () => this.runtime.confirmed?.(),
    )
  }

  async #planNow(target: UndoTarget): Promise<PlannedUndo> {
    this.#checkOpen()
    const { db } = this.ledger
    const targets: UndoneTx[] = []
    const txids: string[] = []
    for (const tx of await this.#txsOf(db, target)) {
      const [own] = await this.#value().datoms('eavt', tx, 'tx/id')
      if (own === undefined) throw noSuchTransaction(target)
      txids.push(own.v as string)
      targets.push({ tx, data: (await this.ledger.origin.datomsOf(tx)) ?? (await txDatoms(db, tx)) })
    }
    return { db, targets, txids, plan: await planUndo(db, targets, this.ledger.origin.datomsOf) }
  }

  async #txsOf(db: Db, target: UndoTarget): Promise<number[]> {
    if (typeof target === 'object' && target !== null && 'migration' in target) {
      const tx = await this.#value().entid(['tx/migration', target.migration])
      if (tx === undefined) throw noSuchTransaction(target)
      return [tx]
    }
    const points = Array.isArray(target) ? (target as readonly TimePoint[]) : [target as TimePoint]
    return [...new Set(await Promise.all(points.map(async (p) => txAt(db, p))))]
  }
}

/** What undoing `targets`, the transactions with those uuids, would do to `db`. */
interface PlannedUndo {
  readonly plan: UndoPlan
  readonly db: Db
  readonly targets: readonly UndoneTx[]
  readonly txids: readonly string[]
}

const noSuchTransaction = (target: UndoTarget): AnnalsError =>
  new AnnalsError('log/unknown-transaction', `there is no transaction ${JSON.stringify(target)} to undo`, { target })

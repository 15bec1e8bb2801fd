import type { TransactOptions } from '../api/connection.ts'
import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import { randomUuid } from '../base/random-uuid.ts'
import { txOfT } from '../datom/ids.ts'
import type { Db } from '../db/db.ts'
import type { ConfirmedHead, LogRow } from '../storage/port.ts'
import { transact } from '../transact/transact.ts'
import type { DatomsOf } from '../transact/transaction.ts'
import type { Call } from './call-queue.ts'
import { GrowingDb } from './growing-db.ts'
import type { WriteOptions, Written } from './ledger.ts'
import { ReadAhead } from './read-ahead.ts'
import { type LogRecord, toRow } from './record.ts'
import { type Runtime, runtimeEnv } from './runtime.ts'
import type { Confirmed } from './segments.ts'
import { Breaks } from './sequence.ts'
import type { Lack } from './written-places.ts'

/** A transaction that somebody wants made. */
export interface Request {
  readonly forms: readonly unknown[]
  readonly options: WriteOptions
}
type WriteCall = Call<Request, Written>

/** Where the log stands while transactions are decided. */
export interface Place extends Confirmed {
  readonly nextId: number
}

/** What a group of calls comes to. Nothing is stored yet. */
export interface DecidedGroup {
  readonly done: readonly { readonly call: WriteCall; readonly written: Written }[]
  readonly refused: readonly { readonly call: WriteCall; readonly error: unknown }[]
  readonly rows: readonly LogRow[]
  readonly place: Place
}

/** Decides calls one after another, from `place` on. `datomsOf` knows what the log holds. Rejects with `db/gone`, of `place` itself. */
export async function decideGroup(
  calls: readonly WriteCall[],
  place: Place,
  runtime: Runtime,
  datomsOf: DatomsOf,
): Promise<DecidedGroup> {
  const done: { call: WriteCall; written: Written }[] = []
  const refused: { call: WriteCall; error: unknown }[] = []
  const rows: LogRow[] = []
  const breaks = new Breaks()
  const known: DatomsOf = async (tx) => done.find((d) => d.written.tx === tx)?.written.data ?? datomsOf(tx)
  const log = new GrowingLog(place, runtime, known)
  const readAhead = new ReadAhead(
    calls.map((call) => call.input.forms),
    place.db,
  )
  for (const [i, call] of calls.entries()) {
    const { sequence } = call.input.options
    await readAhead.before(i)
    try {
      breaks.check(sequence)
      const { written, row } = await log.add(call.input)
      done.push({ call, written })
      rows.push(row)
    } catch (error) {
      if (isAnnalsError(error, 'db/gone')) throw error
      breaks.add(sequence)
      refused.push({ call, error })
    }
  }
  const after = await log.place()
  const last = done.pop()
  if (last !== undefined) done.push({ call: last.call, written: { ...last.written, after: after.db } })
  return { done, refused, rows, place: after }
}

/** Decides one transaction at `place`. */
export async function decideOne(request: Request, place: Place, runtime: Runtime, datomsOf: DatomsOf) {
  const log = new GrowingLog(place, runtime, datomsOf)
  const { row } = await log.add(request)
  return { row, place: await log.place() }
}

/** A log to which transactions are added, before they are stored. */
class GrowingLog {
  private readonly value: GrowingDb
  private head: ConfirmedHead
  private nextId: number
  /** Of the newest that was added, ms since 1970. */
  private instant = 0

  constructor(
    place: Place,
    private readonly runtime: Runtime,
    private readonly datomsOf: DatomsOf,
  ) {
    this.value = new GrowingDb(place.db)
    this.head = place.head
    this.nextId = place.nextId
  }

  async place(): Promise<Place> {
    return { db: await this.value.whole(), head: this.head, nextId: this.nextId }
  }

  async add(request: Request): Promise<{ readonly written: Written; readonly row: LogRow }> {
    const { value, head } = this
    checkBasis(request.options, head.t)
    const before = value.now
    const { record, tempids, nextId } = await value.decide((db, lack) => this.decide(request, db, lack))
    const row = toRow(record, head.hash)
    value.add(record)
    this.head = { t: row.t, hash: row.hash }
    this.nextId = nextId
    this.instant = record.instant
    const { t, txid, data } = record
    return { written: { txid, tx: txOfT(t), t, data, tempids, before, after: value.now }, row }
  }

  private async decide({ forms }: Request, db: Db, lack: Lack | undefined) {
    const txid = randomUuid()
    const t = this.head.t + 1
    let { nextId } = this
    const { data, instant, tempids } = await transact(db, forms, {
      tx: txOfT(t),
      txid,
      now: Math.max(this.runtime.now(), this.instant),
      mint: () => nextId++,
      ...(lack?.env ?? runtimeEnv(this.runtime, this.datomsOf)),
    })
    if (lack !== undefined && instant < this.instant) lack.isFelt = true // it says when it was, and others were later
    const record: LogRecord = { t, txid, instant, data, origin: undefined, aliases: new Map() }
    return { record, tempids, nextId }
  }
}

/** Throws `tx/basis-moved` when the caller asked for another basis than `t`. */
export function checkBasis(options: TransactOptions, t: number): void {
  if (options.ifBasis === undefined || options.ifBasis === t) return
  throw new AnnalsError(
    'tx/basis-moved',
    `the database is at t ${t}, not ${options.ifBasis}: read again and decide anew`,
    {
      expected: options.ifBasis,
      actual: t,
    },
  )
}

import { AnnalsError } from '../base/errors.ts'
import { Listeners } from '../base/listeners.ts'
import { FIRST_USER_ID, PROVISIONAL_BASE } from '../datom/ids.ts'
import { emptyDb } from '../db/empty.ts'
import { Mutex } from '../engine/mutex.ts'
import { decodeRecord, type LogRecord } from '../engine/record.ts'
import { applyRows, LOG_PAGE } from '../engine/replay.ts'
import type { LeaseRow, LogRow, RemoteHead, RemoteStore } from '../storage/port.ts'
import { LARGEST_LEASE } from '../sync/id-pool.ts'
import type {
  Hello,
  HelloAnswer,
  IdRange,
  Limits,
  PullAnswer,
  Push,
  PushAnswer,
  Register,
  RegisterAnswer,
} from '../sync/protocol.ts'
import { type Deciding, datomsFrom, type Place } from './decide.ts'
import { decidePush } from './decide-push.ts'

export interface TransactorOptions extends Omit<Deciding, 'datomsOf'> {
  readonly limits: Limits
}

/** Bytes of the records in one page of the log, unless a single one is larger. */
const PAGE_BYTES = 512 * 1024

/**
 * The remote's side of one database: its newest value, kept up with the log whichever node appends to it, and the one place of
 * this node where its transactions are decided.
 */
export class Transactor {
  private readonly heads = new Listeners<number>()
  private readonly steps = new Mutex()
  private readonly deciding: Deciding
  private readonly unwatch: () => void
  /** The store's own next id: 0 before anything was minted. */
  private head: RemoteHead = { t: 0, hash: '', epoch: '', nextId: 0 }
  private closed = false

  private constructor(
    private readonly store: RemoteStore,
    private readonly options: TransactorOptions,
    private place: Place,
    onFailure: (error: unknown) => void,
  ) {
    this.deciding = { ...options, datomsOf: datomsFrom((t) => this.recordAt(t)) }
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
        epoch: row?.epoch ?? 0,
        lastSeq: row?.lastSeq ?? 0,
        limits: this.options.limits,
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
        const inherited = row === undefined && parent !== undefined ? await this.store.aliases(parent.replica) : []
        const epoch = after + 1
        const outcome = await this.store.commit({
          expect: { t: this.head.t, nextId: this.head.nextId },
          replica: { replica, epoch, nonce, lastSeq: 0, lastTxid: '', principal },
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
    return this.steps.run(async () => {
      for (;;) {
        await this.catchUp()
        const row = await this.replicaOf(message.replica, principal)
        if (row === undefined) return { kind: 'unknown-replica' }
        const done = await decidePush(message, row, this.place, this.store, this.deciding)
        if (done.kind !== 'decided') return done
        if (done.commit !== undefined) {
          const { t, nextId } = this.head
          const outcome = await this.store.commit({ ...done.commit, expect: { t, nextId } })
          if (outcome === 'lost') continue
          const { place } = done
          this.moveTo(place, { ...this.head, ...place.head, nextId: done.commit.nextId ?? nextId })
        }
        return {
          kind: 'answers',
          t: this.head.t,
          logEpoch: this.head.epoch,
          outcomes: done.outcomes,
          leases: await this.leases(message, true),
          ...(done.stopped && { stopped: done.stopped }),
        }
      }
    })
  }

  /** Records from `from` on, a page of them. */
  async pull(from: number, max: number): Promise<PullAnswer> {
    const rows: LogRow[] = []
    let bytes = 0
    for (const row of await this.store.readLog(from, Math.min(max, this.options.limits.page))) {
      if (rows.length > 0 && bytes + row.body.length > PAGE_BYTES) break
      bytes += row.body.length
      rows.push(row)
    }
    return { t: Math.max(this.head.t, rows.at(-1)?.t ?? 0), logEpoch: this.head.epoch, rows }
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    this.unwatch()
    await this.steps.run(async () => undefined)
    await this.store.close()
  }

  /** Goes on to the head of the log; starts anew when the log is another one. */
  private async catchUp(): Promise<void> {
    if (this.closed) throw new AnnalsError('storage/closed', `database ${this.options.database} was closed`, {})
    const head = await this.store.head()
    const another = head.t < this.place.head.t || (this.head.epoch !== '' && head.epoch !== this.head.epoch)
    let { db, head: at } = another ? await start() : this.place
    while (at.t < head.t) {
      const rows = await this.store.readLog(at.t + 1, Math.min(LOG_PAGE, head.t - at.t))
      if (rows.length === 0) {
        throw new AnnalsError('storage/corrupt', `the log ends at t ${at.t} and should reach ${head.t}`, {
          t: at.t + 1,
        })
      }
      ;({ db, head: at } = await applyRows(db, at, rows))
    }
    this.moveTo({ db, head: at, nextId: Math.max(head.nextId, FIRST_USER_ID) }, head)
  }

  private moveTo(place: Place, head: RemoteHead): void {
    const moved = head.t !== this.head.t
    this.place = place
    this.head = head
    if (moved) this.heads.call(head.t)
  }

  /** The replica's row; throws `sync/unauthorized` when it belongs to somebody else. */
  private async replicaOf(replica: string, principal: string) {
    const row = await this.store.replica(replica)
    if (row === undefined || row.principal === principal) return row
    throw new AnnalsError('sync/unauthorized', `replica ${replica} belongs to another user; its queue stays theirs`, {
      status: 403,
    })
  }

  private async compare({ t, hash }: Hello): Promise<HelloAnswer['base']> {
    if (t === 0) return 'agrees'
    if (t > this.head.t) return 'ahead'
    const [row] = t === this.head.t ? [this.head] : await this.store.readLog(t, 1)
    return row?.hash === hash ? 'agrees' : 'differs'
  }

  /** The replica's leases above those it knows of; a new one when there are none and it asks. */
  private async leases(
    { replica, leasedTo, want }: { readonly replica: string; readonly leasedTo: number; readonly want: number },
    mayGrant: boolean,
  ): Promise<readonly IdRange[]> {
    for (;;) {
      const unknown = (await this.store.leases(replica)).filter((lease) => lease.from >= leasedTo)
      if (unknown.length > 0 || want === 0 || !mayGrant) return unknown.map((lease) => [lease.from, lease.to] as const)
      const { t, nextId } = this.head
      const from = Math.max(nextId, FIRST_USER_ID)
      const to = from + Math.min(want, LARGEST_LEASE)
      if (to > PROVISIONAL_BASE)
        throw new AnnalsError('tx/too-large', `database ${this.options.database} has no ids left`, {})
      const lease: LeaseRow = { replica, from, to }
      if ((await this.store.commit({ expect: { t, nextId }, nextId: to, lease })) === 'committed') {
        this.moveTo({ ...this.place, nextId: to }, { ...this.head, nextId: to })
      } else await this.catchUp()
    }
  }

  private async recordAt(t: number): Promise<LogRecord | undefined> {
    const [row] = await this.store.readLog(t, 1)
    return row?.t === t ? decodeRecord(row) : undefined
  }
}

const start = async (): Promise<Place> => ({ db: await emptyDb(), head: { t: 0, hash: '' }, nextId: FIRST_USER_ID })

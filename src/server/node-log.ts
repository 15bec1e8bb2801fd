import { AnnalsError } from '../base/errors.ts'
import { Listeners } from '../base/listeners.ts'
import { type Place, start } from '../engine/place.ts'
import type { LogRow, RemoteCommit, RemoteHead, RemoteStore } from '../storage/port.ts'
import { followLog, type Stand } from './follow-log.ts'
import { Followers } from './followers.ts'
import { RecentRows } from './recent-rows.ts'

/** The log of one database as this node knows it: the newest value, kept up with the log whichever node appends to it. */
export class NodeLog {
  readonly followers = new Followers()
  private readonly heads = new Listeners<number>()
  private readonly recent = new RecentRows()
  private closed = false

  private constructor(
    readonly store: RemoteStore,
    readonly database: string,
    private stand: Stand,
  ) {}

  static async open(store: RemoteStore, database: string): Promise<NodeLog> {
    const head = { t: 0, hash: '', epoch: '', nextId: 0, excisions: 0 }
    const log = new NodeLog(store, database, { place: await start(), head })
    await log.catchUp()
    return log
  }

  get place(): Place {
    return this.stand.place
  }

  /** The store's own: its next id is 0 before anything was minted. */
  get head(): RemoteHead {
    return this.stand.head
  }

  /** Calls `listener` with each new head `t`. */
  onHead = (listener: (t: number) => void): (() => void) => this.heads.add(listener)

  /** Goes on to the head of the log. Throws `storage/closed`. */
  async catchUp(): Promise<void> {
    if (this.closed) throw new AnnalsError('storage/closed', `database ${this.database} was closed`, {})
    const { head } = this
    const stand = await followLog(this.store, this.stand)
    const isSame = stand.head.t === head.t && stand.head.epoch === head.epoch && stand.head.excisions === head.excisions
    if (!isSame) this.recent.forget()
    this.moved(stand)
  }

  /**
   * Stores what follows the head as it is known: of this log, and not of a backup that took its place. False: another node was
   * faster, and nothing was stored. Who stored it says where that leads, by `moveTo` or by catching up.
   */
  async commit(change: Omit<RemoteCommit, 'expect'>): Promise<boolean> {
    const { t, nextId, epoch } = this.head
    return (await this.store.commit({ ...change, expect: { t, nextId, epoch } })) === 'committed'
  }

  /** Where the log stands after `rows` were appended. `nextId`: as it is stored now. */
  moveTo(place: Place, rows: readonly LogRow[], nextId = this.head.nextId): void {
    this.recent.add(rows)
    this.moved({ place, head: { ...this.head, ...place.head, nextId } })
  }

  /** Records from `from` to the head, where they are few and this node appended them lately. */
  rowsFrom = (from: number): readonly LogRow[] | undefined => this.recent.from(from)

  /** No more of it is read. */
  close(): void {
    this.closed = true
  }

  private moved(stand: Stand): void {
    const isNew = stand.head.t !== this.head.t
    this.stand = stand
    if (!isNew) return
    this.followers.poke(this.head.t)
    this.heads.call(this.head.t)
  }
}

import { AnnalsError } from '../base/errors.ts'
import type { Transactor } from './transactor.ts'

interface Open {
  readonly transactor: Promise<Transactor>
  /** The same once it is there. */
  opened: Transactor | undefined
  /** Requests and streams that use it now. */
  users: number
  /** Milliseconds: when the last of them left. */
  idleSince: number
}

/** The databases that this node has open: opened at the first use, closed when nobody has used them for a while. */
export class Databases {
  private readonly open = new Map<string, Open>()
  private readonly sweeper: ReturnType<typeof setInterval>
  private ended = false

  constructor(
    private readonly openOne: (name: string) => Promise<Transactor>,
    private readonly idleMs: number,
    private readonly onFailure: (error: unknown, name: string) => void,
  ) {
    this.sweeper = setInterval(() => this.closeIdle(), Math.max(10, idleMs / 2))
    // Node would not exit.
    if (typeof this.sweeper === 'object') this.sweeper.unref()
  }

  get size(): number {
    return this.open.size
  }

  /** Streams open on all of them. */
  get followers(): number {
    let count = 0
    for (const { opened } of this.open.values()) count += opened?.followers.size ?? 0
    return count
  }

  /** The database `name`, kept open until `release` is called. Throws `storage/closed` after `close`. */
  async take(name: string): Promise<{ readonly transactor: Transactor; readonly release: () => void }> {
    if (this.ended) throw new AnnalsError('storage/closed', 'the server is shutting down', {})
    const entry = this.open.get(name) ?? this.start(name)
    entry.users++
    let taken = true
    const release = (): void => {
      if (!taken) return
      taken = false
      entry.users--
      entry.idleSince = performance.now()
    }
    try {
      return { transactor: await entry.transactor, release }
    } catch (e) {
      release()
      throw e
    }
  }

  /** What is under way in them finishes. Rejects, once all are closed or have failed to, where one has. */
  async close(): Promise<void> {
    this.ended = true
    clearInterval(this.sweeper)
    const all = await Promise.allSettled([...this.open.values()].map(({ transactor }) => transactor))
    const closed = await Promise.allSettled(all.map((one) => one.status === 'fulfilled' && one.value.close()))
    for (const one of closed) if (one.status === 'rejected') throw one.reason
  }

  private start(name: string): Open {
    const entry: Open = { transactor: this.openOne(name), opened: undefined, users: 0, idleSince: 0 }
    this.open.set(name, entry)
    entry.transactor.then(
      (transactor) => {
        entry.opened = transactor
      },
      () => {
        // the next request tries again
        if (this.open.get(name) === entry) this.open.delete(name)
      },
    )
    return entry
  }

  private closeIdle(): void {
    const latest = performance.now() - this.idleMs
    for (const [name, entry] of this.open) {
      if (entry.users > 0 || entry.idleSince > latest) continue
      this.open.delete(name)
      entry.transactor.then((transactor) => transactor.close()).catch((e: unknown) => this.onFailure(e, name))
    }
  }
}

import { Mutex } from '../engine/mutex.ts'
import type { RemoteStore } from '../storage/port.ts'
import type {
  Adopt,
  AdoptAnswer,
  Excise,
  ExciseAnswer,
  Hello,
  HelloAnswer,
  PullAnswer,
  Push,
  PushAnswer,
  RefusalsAnswer,
  Register,
  RegisterAnswer,
} from '../sync/protocol.ts'
import { adopt } from './adopt.ts'
import type { Deciding } from './decide.ts'
import { excise } from './excise.ts'
import type { Followers } from './followers.ts'
import { greet } from './greet.ts'
import { knowsNoExcisions } from './knows-no-excisions.ts'
import { NodeLog } from './node-log.ts'
import { refusalIn } from './outcome-detail.ts'
import { PushGroups } from './push-groups.ts'
import { readPage } from './read-page.ts'
import { register } from './register.ts'

/** Refusals that are told at a time. */
const MOST_REFUSALS = 10_000

/** The remote's side of one database: the one place of this node where its transactions are decided, and its log is read. */
export class Transactor {
  /** Whatever moves the log goes through it. */
  private readonly steps = new Mutex()
  private readonly pushes: PushGroups
  private readonly unwatch: () => void
  private closed = false

  private constructor(
    private readonly log: NodeLog,
    private readonly options: Deciding,
    onFailure: (error: unknown) => void,
  ) {
    this.pushes = new PushGroups(log, options, (step) => this.steps.run(step))
    this.unwatch = log.store.watch(() => {
      this.alone(() => log.catchUp()).catch(onFailure)
    })
  }

  /** `onFailure` hears of what goes wrong while following other nodes. */
  static async open(store: RemoteStore, options: Deciding, onFailure: (error: unknown) => void): Promise<Transactor> {
    let opened: Pick<RemoteStore, 'close'> = store
    try {
      const transactor = new Transactor(await NodeLog.open(store, options.database), options, onFailure)
      opened = transactor
      // somebody may have appended before it was watched
      await transactor.alone(() => transactor.log.catchUp())
      return transactor
    } catch (e) {
      // why it did not open is what counts, whether or not it closes
      await opened.close().catch(() => undefined)
      throw e
    }
  }

  get t(): number {
    return this.log.head.t
  }

  get followers(): Followers {
    return this.log.followers
  }

  onHead = (listener: (t: number) => void): (() => void) => this.log.onHead(listener)

  hello(message: Hello, principal: string, mayWrite: boolean): Promise<HelloAnswer> {
    const { limits, runtime } = this.options
    const greeting = { limits, functions: Object.keys(runtime.functions) }
    return this.alone(() => greet(this.log, message, principal, mayWrite, greeting))
  }

  register(message: Register, principal: string): Promise<RegisterAnswer> {
    return this.alone(() => register(this.log, message, principal))
  }

  /** Decides what is not decided yet, and stores records, outcomes and the replica's place as one step. */
  push(message: Push, principal: string): Promise<PushAnswer> {
    return this.pushes.add({ message, principal })
  }

  /**
   * A page of records; none for who has not carried out as many excisions. A full one, with records after it, is the same until the
   * next excision: its `t` says only that there is more. Throws `sync/upgrade` for who knows of no excisions.
   */
  async pull(from: number, max: number, excised?: number): Promise<PullAnswer> {
    const { log } = this
    for (;;) {
      const { excisions, epoch } = log.head
      if (excised === undefined && excisions > 0) throw knowsNoExcisions()
      const rows = (excised ?? 0) === excisions ? await readPage(log.store, from, max, this.options.limits.page) : []
      const now = await log.store.head()
      if (now.excisions !== excisions || now.epoch !== epoch) {
        await this.alone(() => log.catchUp())
        continue
      }
      const last = rows.at(-1)?.t ?? 0
      const t = last > 0 && last < log.head.t ? last + 1 : Math.max(log.head.t, last)
      return { t, logEpoch: epoch, excised: excisions, rows }
    }
  }

  /** What was refused, whoever asks for it: nothing of it is in the log. */
  async refusals(): Promise<RefusalsAnswer> {
    const rows = await this.log.store.refusals(MOST_REFUSALS)
    return { refusals: rows.flatMap((row) => refusalIn(row) ?? []) }
  }

  /** Takes facts out of the log and adds the transaction that says so, as one step. */
  excise(message: Excise, principal: string): Promise<ExciseAnswer> {
    return this.alone(() => excise(this.log, message, principal, this.options))
  }

  /** Appends records that were decided elsewhere. Throws `backup/does-not-follow` and `backup/corrupt`; then nothing is stored. */
  adopt(message: Adopt): Promise<AdoptAnswer> {
    return this.alone(() => adopt(this.log, message))
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.followers.endAll()
    await this.pushes.idle()
    this.closed = true
    this.log.close()
    this.unwatch()
    await this.alone(async () => undefined)
    await this.log.store.close()
  }

  /** Runs `step` when nothing else moves the log, and nothing is being stored. */
  private alone<T>(step: () => Promise<T>): Promise<T> {
    return this.steps.run(async () => {
      await this.pushes.stored()
      return step()
    })
  }
}

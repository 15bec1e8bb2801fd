import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import type { Place } from '../engine/place.ts'
import type { RemoteCommit } from '../storage/port.ts'
import type { PushAnswer } from '../sync/protocol.ts'
import type { Deciding } from './decide.ts'
import { DecidedGroup } from './decided-group.ts'
import type { NodeLog } from './node-log.ts'
import { type PushCall, type Sent, takeFirst } from './sent.ts'

/** Transactions that share one step of the storage, at most, unless one push brings more. */
const GROUP = 500
/** Pushes that wait, at most: each holds its message. */
const MOST_WAITING = 2 ** 16

/** A group that is being stored. */
interface Stored {
  readonly group: DecidedGroup
  readonly change: Omit<RemoteCommit, 'expect'> | undefined
  /** False: another node was faster. */
  readonly isDone: Promise<boolean>
  /** Where the log stands then. */
  readonly place: Promise<Place>
}

/** A group on its way into the storage, and to its answers. */
interface Writing extends Pick<Stored, 'group' | 'place'> {
  /** Resolves when all its pushes have their answers. False: it did not come out as it was first decided. Never rejects. */
  readonly held: Promise<boolean>
}

/**
 * Decides pushes in groups. While one group is being stored the next is decided on what that leads to, of whatever arrives meanwhile;
 * where it did not come to that, all of it is decided again.
 */
export class PushGroups {
  private readonly waiting: PushCall[] = []
  private arrived: () => void = () => undefined
  private running: Promise<void> | undefined
  private writing: Writing | undefined

  /** `inTurn` runs a step while nobody else moves the log, but for the group that is being stored. */
  constructor(
    private readonly log: NodeLog,
    private readonly deciding: Deciding,
    private readonly inTurn: (step: () => Promise<void>) => Promise<void>,
  ) {}

  /** Rejects with `connection/overloaded` when too many wait already. */
  add(input: Sent): Promise<PushAnswer> {
    if (this.waiting.length >= MOST_WAITING) return Promise.reject(overloaded())
    return new Promise((resolve, reject) => {
      this.waiting.push({ input, resolve, reject })
      this.arrived()
      this.running ??= this.drain()
    })
  }

  /** Resolves when nothing is being stored. */
  async stored(): Promise<void> {
    while (this.writing !== undefined) await this.writing.held
  }

  /** Resolves when nothing waits, and nothing is being stored. */
  async idle(): Promise<void> {
    while (this.running !== undefined) await this.running
    await this.stored()
  }

  private async drain(): Promise<void> {
    await Promise.resolve() // those that come in one turn go together
    while (this.waiting.length > 0) await this.inTurn(() => this.next())
    this.running = undefined
  }

  /** Decides a group, and begins to store it. */
  private async next(): Promise<void> {
    const { writing } = this
    const calls: PushCall[] = []
    let group = writing && (await this.decideAhead(writing, calls))
    if (!(await writing?.held) || calls.length === 0) group = undefined
    if (calls.length === 0) calls.push(...takeFirst(this.waiting, GROUP))
    try {
      this.store(group ?? (await this.decide(calls)), calls)
    } catch (e) {
      for (const { reject } of calls) reject(e)
    }
  }

  /** Decides `calls` on the newest value. */
  private async decide(calls: readonly PushCall[]): Promise<DecidedGroup> {
    await this.log.catchUp()
    const group = new DecidedGroup(this.log, this.deciding, this.log.place)
    await group.add(calls)
    return group
  }

  /** Decides what comes while another group is being stored, and adds it to `calls`. undefined where that fails. */
  private async decideAhead(writing: Writing, calls: PushCall[]): Promise<DecidedGroup | undefined> {
    let isOver = false
    const end = writing.held.then(() => {
      isOver = true
    })
    try {
      const group = new DecidedGroup(this.log, this.deciding, await writing.place, writing.group)
      while (!isOver && group.size < GROUP) {
        const more = takeFirst(this.waiting, GROUP - group.size)
        calls.push(...more)
        if (more.length > 0) await group.add(more)
        else await Promise.race([end, this.arrival()])
      }
      return group
    } catch {
      return undefined
    }
  }

  private arrival(): Promise<void> {
    return new Promise((resolve) => {
      this.arrived = resolve
    })
  }

  private store(group: DecidedGroup, calls: readonly PushCall[]): void {
    const stored = this.begin(group)
    const held = this.end(stored, calls).finally(() => {
      if (this.writing === writing) this.writing = undefined
    })
    const writing: Writing = { group, place: stored.place, held }
    this.writing = writing
  }

  private begin(group: DecidedGroup): Stored {
    const change = group.commit()
    const isDone = change === undefined ? Promise.resolve(true) : this.log.commit(change)
    const place = group.place()
    place.catch(() => undefined) // whoever waits for it hears of it
    return { group, change, isDone, place }
  }

  /** Answers `calls` once they are stored, however often they have to be decided again. */
  private async end(first: Stored, calls: readonly PushCall[]): Promise<boolean> {
    try {
      return (await this.settle(first, calls)) === first
    } catch (e) {
      if (calls.length > 1 && isAnnalsError(e, 'internal/assertion')) await this.oneByOne(calls)
      else for (const { reject } of calls) reject(e)
      return false
    }
  }

  /** Answers `calls` as they came to be stored in the end. Rejects, without an answer to any, when they cannot be stored. */
  private async settle(first: Stored, calls: readonly PushCall[]): Promise<Stored> {
    let stored = first
    while (!(await stored.isDone)) stored = this.begin(await this.decide(calls))
    const { change, place, group } = stored
    if (change !== undefined) this.log.moveTo(await place, change.log ?? [], change.nextId)
    group.settle()
    return stored
  }

  /** The storage refuses what one of `calls` came to: that one alone has to hear of it. */
  private async oneByOne(calls: readonly PushCall[]): Promise<void> {
    for (const call of calls) {
      const alone = [call]
      await this.decide(alone)
        .then((group) => this.settle(this.begin(group), alone))
        .catch(call.reject)
    }
  }
}

const overloaded = (): AnnalsError =>
  new AnnalsError('connection/overloaded', `${MOST_WAITING} pushes wait already`, { waiting: MOST_WAITING })

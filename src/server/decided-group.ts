import type { Place } from '../engine/place.ts'
import type { RemoteCommit } from '../storage/port.ts'
import type { PushAnswer } from '../sync/protocol.ts'
import type { Deciding } from './decide.ts'
import { decidePush } from './decide-push.ts'
import { Group } from './group.ts'
import { leasesAbove, nextLease } from './leases.ts'
import type { NodeLog } from './node-log.ts'
import { checkOwner } from './replica-of.ts'
import { type PushCall, type Sent, sizeOf } from './sent.ts'

/** Pushes that were decided on one place, and how each is to be answered once that is stored. */
export class DecidedGroup {
  private readonly group: Group
  private readonly settles: (() => void)[] = []
  /** Its transactions. */
  size = 0

  /** `before`: the group that leads to `start`, where it is still being stored. */
  constructor(
    private readonly log: NodeLog,
    private readonly deciding: Deciding,
    start: Place,
    before?: DecidedGroup,
  ) {
    this.group = new Group(log.store, start, deciding.limits.depth, before?.group)
  }

  /** Decides further pushes, in order. Rejects when the storage fails: then nothing can be said of any of them. */
  async add(calls: readonly PushCall[]): Promise<void> {
    await this.group.read(calls.map(({ input }) => input.message))
    this.size += sizeOf(calls)
    for (const { input, resolve, reject } of calls) {
      try {
        const answer = await this.decide(input)
        this.settles.push(() => resolve(answer()))
      } catch (error) {
        // one bad push is no affair of the others
        this.settles.push(() => reject(error))
      }
    }
  }

  /** What is to be stored; undefined when everything had been decided before. */
  commit = (): Omit<RemoteCommit, 'expect'> | undefined => this.group.commit()

  /** The log as it is once this is stored. */
  place = (): Promise<Place> => this.group.draft.place()

  /** Answers all of them. */
  settle(): void {
    for (const settle of this.settles) settle()
  }

  /** What the push comes to, added to the group. The answer is to be made once that is stored. */
  private async decide({ message, principal }: Sent): Promise<() => PushAnswer> {
    const { group, log } = this
    const row = group.replica(message.replica)
    if (row === undefined) return () => ({ kind: 'unknown-replica' })
    checkOwner(row, principal)
    const back = group.draft.mark()
    const done = await decidePush(message, row, group, this.deciding).catch((e: unknown) => {
      back()
      throw e
    })
    if (done.kind !== 'decided') {
      back()
      return () => done
    }
    group.add(done.addition)
    const leases = leasesAbove(group.leases(message.replica), message.leasedTo)
    const lease = leases.length === 0 ? nextLease(message, group.draft.nextId) : undefined
    if (lease !== undefined) {
      group.grant(lease)
      leases.push([lease.from, lease.to])
    }
    const { outcomes, stopped } = done
    return () => {
      const { t, epoch, excisions } = log.head
      const { from, excised } = message
      const rows = from !== undefined && excised === excisions ? log.rowsFrom(from) : undefined
      return {
        kind: 'answers',
        t,
        logEpoch: epoch,
        outcomes,
        leases,
        ...(stopped && { stopped }),
        ...(rows && { rows }),
      }
    }
  }
}

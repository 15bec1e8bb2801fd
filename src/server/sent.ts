import type { Call } from '../engine/call-queue.ts'
import type { Push, PushAnswer } from '../sync/protocol.ts'

/** A push, and who sent it. */
export interface Sent {
  readonly message: Push
  readonly principal: string
}

/** Transactions that share one step of the storage, at most, unless the last push brings more. */
const GROUP = 500

/** Pushes in their order, cut where the transactions of a group reach {@link GROUP}. */
export function* groupsOf(calls: readonly Call<Sent, PushAnswer>[]): Generator<Call<Sent, PushAnswer>[]> {
  let some: Call<Sent, PushAnswer>[] = []
  let size = 0
  for (const call of calls) {
    some.push(call)
    size += call.input.message.entries.length
    if (size < GROUP) continue
    yield some
    some = []
    size = 0
  }
  if (some.length > 0) yield some
}

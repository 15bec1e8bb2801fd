import type { Call } from '../engine/call-queue.ts'
import type { Push, PushAnswer } from '../sync/protocol.ts'

/** A push, and who sent it. */
export interface Sent {
  readonly message: Push
  readonly principal: string
}

/** A push that waits for its answer. */
export type PushCall = Call<Sent, PushAnswer>

/** Transactions of these pushes; one without any, which asks for ids, is work as well. */
export const sizeOf = (calls: readonly PushCall[]): number =>
  calls.reduce((sum, { input }) => sum + Math.max(1, input.message.entries.length), 0)

/** Takes the first of `waiting` out of it, as many as make `most` transactions; one at least, where there is one. */
export function takeFirst(waiting: PushCall[], most: number): PushCall[] {
  let count = 0
  for (let size = 0; count < waiting.length && (count === 0 || size < most); count++) {
    size += sizeOf(waiting.slice(count, count + 1))
  }
  return waiting.splice(0, count)
}

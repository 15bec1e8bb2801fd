import type { Call } from '../engine/call-queue.ts'
import type { Push, PushAnswer } from '../sync/protocol.ts'

/** A push, and who sent it. */
export interface Sent {
  readonly message: Push
  readonly principal: string
}

/** A push that waits for its answer. */
export type PushCall = Call<Sent, PushAnswer>

/** Bytes of intents that count as a transaction, so that a group of 500 holds 4 MiB. */
const BYTES = 8192

/** Transactions of these pushes: one at least for each, which may ask for ids, and more where they are large. */
export const sizeOf = (calls: readonly PushCall[]): number =>
  calls.reduce((sum, { input: { message } }) => {
    const bytes = message.entries.reduce((all, entry) => all + ('void' in entry ? 0 : entry.intent.length), 0)
    return sum + Math.max(1, message.entries.length, Math.ceil(bytes / BYTES))
  }, 0)

/** Takes the first of `waiting` out of it, as many as make `most` transactions; one at least, where there is one. */
export function takeFirst(waiting: PushCall[], most: number): PushCall[] {
  let count = 0
  for (let size = 0; count < waiting.length && (count === 0 || size < most); count++) {
    size += sizeOf(waiting.slice(count, count + 1))
  }
  return waiting.splice(0, count)
}

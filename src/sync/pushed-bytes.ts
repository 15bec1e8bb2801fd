import type { QueueBody } from './queue-body.ts'

/** Bytes that an entry of a push takes beside what it holds, roughly. */
const OVERHEAD = 256

/**
 * Bytes of a transaction in a push, roughly: its data, each tempid with its id, and each pending transaction that it names; of one
 * that was taken back the ids that became others.
 */
export function pushedBytes({ intent, ids, txs, withdrawn, replaced }: QueueBody): number {
  if (withdrawn) return OVERHEAD + 16 * replaced.size
  let bytes = OVERHEAD + intent.length + 64 * txs.size
  for (const name of ids.keys()) bytes += 3 * name.length + 12
  return bytes
}

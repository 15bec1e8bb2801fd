import { wantedIds } from './id-pool.ts'
import { SHARE_OF_QUEUE } from './machine.ts'
import type { Pending } from './pending.ts'
import { type Limits, type Outcome, PROTOCOL, type Push, type PushEntry } from './protocol.ts'
import { pushedBytes } from './pushed-bytes.ts'
import type { ReplicaState } from './replica-state.ts'

/** Whether the end of every queued transaction is known but for its record. */
const isDecided = (p: Pending, outcomes: ReadonlyMap<string, Outcome>): boolean => outcomes.has(p.txid)

export const hasUnsent = (state: ReplicaState, outcomes: ReadonlyMap<string, Outcome>): boolean =>
  state.entries.some((p) => !isDecided(p, outcomes))

/**
 * The next transactions to push, in order, from the first whose outcome is not known: as many as fit. One whose record is here
 * already is pushed too, when nobody has heard its answer: the remote knows it by its txid. undefined when all are decided.
 */
export function nextPush(
  state: ReplicaState,
  outcomes: ReadonlyMap<string, Outcome>,
  limits: Limits,
): Push | undefined {
  const { meta, entries, head } = state
  const start = entries.findIndex((p) => !isDecided(p, outcomes))
  const first = entries[start]
  if (first === undefined) return undefined
  const before = entries[start - 1]?.txid ?? meta.lastOut
  const batch: PushEntry[] = []
  let room = limits.body - 1024
  for (const entry of entries.slice(start, start + limits.batch)) {
    room -= pushedBytes(entry.body)
    if (batch.length > 0 && room < 0) break
    batch.push(toPush(entry, meta.seqBase))
  }
  return {
    protocol: PROTOCOL,
    replica: meta.replica,
    epoch: meta.epoch,
    prev: first.seq === meta.seqBase + 1 ? '' : before,
    entries: batch,
    leasedTo: meta.leasedTo,
    want: wantedIds(meta),
    ...(batch.length * SHARE_OF_QUEUE >= entries.length && { from: head.t + 1, excised: meta.excised }),
  }
}

function toPush({ seq, txid, body }: Pending, seqBase: number): PushEntry {
  const own = { txid, seq: seq - seqBase }
  if (body.withdrawn) return { ...own, void: true, became: [...body.replaced] }
  return {
    ...own,
    basis: body.basis,
    instant: body.instant,
    intent: body.intent,
    ids: [...body.ids],
    txs: [...body.txs],
    ...(body.retryOf !== undefined && { retryOf: body.retryOf }),
    ...(body.schema && { schema: true }),
  }
}

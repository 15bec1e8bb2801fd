import { assert } from '../base/assert.ts'
import type { RemoteCommit, RemoteHead, ReplicaRow } from './port.ts'

/** Refuses (`internal/assertion`) a change that contradicts itself, whatever the store holds. */
export function checkRemoteCommit({
  expect,
  log = [],
  rewrite = [],
  excision,
  nextId = expect.nextId,
  leases = [],
  outcomes = [],
  replicas = [],
}: RemoteCommit): void {
  for (const [i, { t }] of log.entries()) {
    const want = expect.t + 1 + i
    assert(t === want, () => `appending t ${t} to a log expected at ${expect.t}, wanted ${want}`)
  }
  const said = excision === undefined || log.some(({ t }) => t === excision)
  assert(said, () => `no row of t ${excision} tells of the excision`)
  for (const { t } of rewrite) {
    const there = excision !== undefined && t >= 1 && t <= expect.t
    assert(there, () => `rewriting t ${t} of a log expected at ${expect.t}`)
  }
  assert(nextId >= expect.nextId, () => `nextId would go back from ${expect.nextId} to ${nextId}`)
  let free = expect.nextId
  for (const { from, to } of leases) {
    const granted = free <= from && from < to && to <= nextId
    assert(granted, () => `a lease ${from} ..< ${to} is outside of ${free} ..< ${nextId}`)
    free = to
  }
  const placed = new Set(replicas.map(({ replica }) => replica))
  assert(placed.size === replicas.length, 'one replica is moved twice')
  const decided = new Set(outcomes.map(({ txid }) => txid))
  assert(decided.size === outcomes.length, 'one transaction is decided twice')
}

/** Whether the head stands where the change expects it. */
export function headMeets(head: RemoteHead, { t, nextId, epoch = head.epoch }: RemoteCommit['expect']): boolean {
  return head.t === t && head.nextId === nextId && head.epoch === epoch
}

/** The `t`, hash (undefined: as it is) and nextId that the change leaves. */
export function headAfter({ expect, log, nextId }: RemoteCommit): {
  t: number
  hash: string | undefined
  nextId: number
} {
  const last = log?.at(-1)
  return { t: last?.t ?? expect.t, hash: last?.hash, nextId: nextId ?? expect.nextId }
}

/**
 * Whether a replica's place may become `next`: only forward, by epoch and then by lastSeq, or it is `next` already.
 * What is refused takes no `t`, so the head alone would let two nodes serve one replica at once.
 */
export function replicaMayBecome(now: ReplicaRow | undefined, next: ReplicaRow): boolean {
  if (now === undefined || next.epoch > now.epoch) return true
  if (next.epoch < now.epoch || next.lastSeq < now.lastSeq) return false
  if (next.nonce !== now.nonce || next.principal !== now.principal) return false
  return next.lastSeq > now.lastSeq || next.lastTxid === now.lastTxid
}

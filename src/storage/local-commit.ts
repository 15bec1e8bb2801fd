import { assert } from '../base/assert.ts'
import type { LocalCommit, LocalHeads, LogRow } from './port.ts'

/** Refuses (`internal/assertion`) a change that contradicts itself, whatever the store holds. */
export function checkLocalCommit(change: LocalCommit): void {
  const { expect, log = [], rewrite = [], enqueue = [], requeue = [], dequeueTo = 0, claim } = change
  for (const [i, { t }] of log.entries()) {
    const want = expect.t === undefined ? undefined : expect.t + 1 + i
    assert(t === want, () => `t ${t} after an expected ${expect.t}`)
  }
  for (const { t } of rewrite) {
    const most = expect.t ?? 0
    assert(t >= 1 && t <= most, () => `t ${t} is rewritten after an expected ${expect.t}`)
  }
  for (const [i, { seq }] of enqueue.entries()) {
    const want = expect.seq === undefined ? undefined : expect.seq + 1 + i
    assert(seq === want, () => `seq ${seq} after an expected ${expect.seq}`)
  }
  const seqs = new Set(requeue.map(({ seq }) => seq))
  assert(seqs.size === requeue.length, 'a seq is requeued twice')
  assert(Number.isSafeInteger(dequeueTo) && dequeueTo >= 0, () => `dequeueTo ${dequeueTo} is not a seq`)
  const next = expect.claim === undefined ? undefined : expect.claim + 1
  assert(claim === undefined || claim === next, () => `claim ${claim} after an expected ${expect.claim}`)
}

/** Whether the heads stand where the change expects them. */
export function meets(heads: LocalHeads, expect: LocalCommit['expect']): boolean {
  const { t = heads.confirmed.t, seq = heads.queue.seq, claim = heads.claim } = expect
  return t === heads.confirmed.t && seq === heads.queue.seq && claim === heads.claim
}

/** The heads that the change leaves. Requires `meets(heads, change.expect)`. */
export function headsAfter(heads: LocalHeads, change: LocalCommit): LocalHeads {
  const { t, hash } = change.log?.at(-1) ?? heads.confirmed
  const { seq, txid } = change.enqueue?.at(-1) ?? heads.queue
  const to = change.dequeueTo ?? 0
  assert(to <= seq, () => `dequeueTo ${to} is beyond seq ${seq}`)
  return { confirmed: { t, hash }, queue: { seq, txid }, claim: change.claim ?? heads.claim }
}

/** Whether anything at all would differ afterwards: a bare comparison is no news to anybody. */
export const changesAnything = ({ expect: _expect, durability: _durability, ...parts }: LocalCommit): boolean =>
  Object.values(parts).some((part) => typeof part === 'number' || ('size' in part ? part.size : part.length) > 0)

/** `row` in place of `old`, which it must be in all but its body. */
export function rewrittenRow(old: LogRow | undefined, row: LogRow): LogRow {
  const same = old?.t === row.t && old.txid === row.txid && old.hash === row.hash
  assert(same, () => `t ${row.t} is ${old?.txid}, rewritten as ${row.txid}`)
  return row
}

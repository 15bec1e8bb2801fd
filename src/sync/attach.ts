import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import { headAt } from '../engine/head-at.ts'
import type { ReadableLog } from '../engine/row-pages.ts'
import type { ConfirmedHead, LogRow } from '../storage/port.ts'
import { type Hello, type HelloAnswer, PROTOCOL } from './protocol.ts'
import type { ReplicaState } from './replica-state.ts'
import type { Transport } from './transport.ts'

/** Rows of one request at most, and bytes of their bodies, unless a single one is larger: a dead line is found out by one of them. */
const ROWS = 1000
const BYTES = 128 * 1024

/** The log that was made here without a remote. */
export interface OwnLog extends ReadableLog {
  readonly state: ReplicaState
}

/**
 * Has the remote adopt the log that was made without it, from wherever an attempt before this one has ended. Whoever else attaches
 * the same log at the same time does no harm. Throws `sync/has-own-history` when the remote has another log; nothing changes
 * then, here or there.
 */
export async function attach(own: OwnLog, transport: Transport, signal: AbortSignal): Promise<void> {
  const ask = async (at: ConfirmedHead): Promise<HelloAnswer> => {
    const answer = await transport.hello(greetingOf(own.state, at), false, signal)
    signal.throwIfAborted()
    return answer
  }
  for (;;) {
    const { head } = own.state
    const remote = await ask(head)
    if (remote.base === 'agrees') return
    if (remote.base === 'differs') throw hasOwnHistory(head, remote)
    const at = await headAt(own, remote.t)
    if (at.t > 0 && (await ask(at)).base !== 'agrees') throw hasOwnHistory(head, remote)
    const rows = await nextRows(own, at.t + 1, head.t)
    await transport.adopt({ protocol: PROTOCOL, ...at, rows }, signal).catch((e: unknown) => {
      // somebody else has moved it meanwhile: look again
      if (!isAnnalsError(e, 'backup/does-not-follow')) throw e
    })
    signal.throwIfAborted()
  }
}

async function nextRows(own: OwnLog, from: number, to: number): Promise<readonly LogRow[]> {
  const rows = await own.readLog(from, Math.min(ROWS, to - from + 1))
  let bytes = 0
  const end = rows.findIndex((row, i) => {
    bytes += row.body.length
    return i > 0 && bytes > BYTES
  })
  return end === -1 ? rows : rows.slice(0, end)
}

const greetingOf = ({ meta }: ReplicaState, { t, hash }: ConfirmedHead): Hello => ({
  protocol: PROTOCOL,
  replica: meta.replica,
  t,
  hash,
  excised: meta.excised,
  functions: [],
  leasedTo: meta.leasedTo,
  want: 0,
})

const hasOwnHistory = ({ t }: ConfirmedHead, remote: HelloAnswer): AnnalsError =>
  new AnnalsError(
    'sync/has-own-history',
    `the log that was made here without sync, of ${t} transactions, is not the remote's, of ${remote.t}: sync to an empty one, or open that one under another name and bring over what you need`,
    { t, remoteT: remote.t },
  )

import { AnnalsError } from '../base/errors.ts'
import { randomUuid } from '../base/random-uuid.ts'
import type { LocalCommit } from '../storage/port.ts'
import { withLeases } from './id-pool.ts'
import { type HelloAnswer, type IdRange, PROTOCOL, type Register } from './protocol.ts'
import { metaChange, type ReplicaMeta } from './replica-meta.ts'
import type { ReplicaState, Step } from './replica-state.ts'

/** What a replica must do after the remote has answered its hello. */
export type Greeting = 'ready' | 'register'

/** Changes what the replica remembers; strict, for most of it must never be said twice. */
function remember<T>(state: ReplicaState, change: Partial<ReplicaMeta>, result: T): Step<T> {
  if (Object.keys(change).length === 0) return { result }
  const commit = rememberCommit(state.claim, change)
  return { commit, next: { ...state, claim: state.claim + 1, meta: { ...state.meta, ...change } }, result }
}

/** What stores a change to a replica's memory. `claim`: the store's claim head now. */
export const rememberCommit = (claim: number, change: Partial<ReplicaMeta>): LocalCommit => ({
  expect: { claim },
  claim: claim + 1,
  meta: metaChange(change),
  durability: 'strict',
})

export const planLeases = (state: ReplicaState, granted: readonly IdRange[]): Step<void> =>
  remember(state, withLeases(state.meta, granted), undefined)

/** Takes in the answer to a hello. Throws `sync/diverged` when the remote log is not the one that this replica copied. */
export function planGreeting(state: ReplicaState, answer: HelloAnswer): Step<Greeting> {
  const { meta } = state
  checkSameLog(meta, answer.logEpoch)
  if (answer.base !== 'agrees') {
    throw new AnnalsError(
      'sync/diverged',
      `the remote log, which ends at t ${answer.t}, is not the one that was copied up to t ${state.head.t}`,
      { t: state.head.t, remoteT: answer.t },
    )
  }
  const queueEnd = state.seq - meta.seqBase
  const current = meta.epoch > 0 && meta.nonce === '' && answer.epoch === meta.epoch && answer.lastSeq <= queueEnd
  const change = { ...withLeases(meta, answer.leases), ...(meta.logEpoch === '' && { logEpoch: answer.logEpoch }) }
  return remember(state, change, current ? 'ready' : 'register')
}

/** The remote has the log that was made here without it. */
export const planAttached = (state: ReplicaState): Step<void> =>
  remember(state, state.meta.attaching ? { attaching: false } : {}, undefined)

/** Throws `sync/diverged` when the remote log is another one than at the first contact. */
export function checkSameLog({ logEpoch }: ReplicaMeta, epoch: string): void {
  if (logEpoch === '' || epoch === logEpoch) return
  throw new AnnalsError(
    'sync/diverged',
    'the remote log was restored from a backup: it is not the one that this replica copied',
    {
      known: logEpoch,
      found: epoch,
    },
  )
}

/**
 * The registration to send: with a nonce that is kept until it is answered. `epoch` is the one that the server says is current,
 * `refused` whether it has just refused a registration. Where this replica has not asked for that epoch, another live copy of its
 * profile has, and this one goes on under another name.
 */
export function planRegistration(state: ReplicaState, epoch: number, refused: boolean): Step<Register> {
  const { meta } = state
  const asked = !refused && meta.nonce !== '' && (epoch === meta.epoch || epoch === meta.epoch + 1)
  const fenced = refused || (!asked && epoch > meta.epoch)
  const change: Partial<ReplicaMeta> = fenced
    ? {
        replica: randomUuid(),
        lineage: [...meta.lineage, meta.replica],
        epoch: 0,
        nonce: randomUuid(),
        leases: [],
      }
    : asked
      ? {}
      : { nonce: randomUuid(), epoch }
  const now = { ...meta, ...change }
  const of = now.epoch === 0 ? now.lineage.at(-1) : undefined
  const message: Register = {
    protocol: PROTOCOL,
    replica: now.replica,
    nonce: now.nonce,
    after: now.epoch,
    ...(of !== undefined && { of }),
  }
  return remember(state, change, message)
}

/** The remote has answered a registration: the queue counts from 1 again. */
export function planRegistered(state: ReplicaState, epoch: number): Step<void> {
  const first = state.entries[0]?.seq ?? state.seq + 1
  return remember(state, { epoch, nonce: '', seqBase: first - 1 }, undefined)
}

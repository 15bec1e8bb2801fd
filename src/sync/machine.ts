import type { SyncStatus } from '../api/sync.ts'
import { AnnalsError } from '../base/errors.ts'

/**
 * How a replica talks to its remote, as a pure function of what happened. The driver does what it asks for and tells what came
 * of it; nothing here waits, reads a clock or rolls dice.
 *
 *     stopped ──go──▶ connecting ──greeted──▶ catching-up ──at the remote's t──▶ live ◀──┐
 *        ▲  ▲             ▲  │                     │                              │ │    │ pull, push
 *        │  └──stop── any │  └───────┬─────failed──┴──────────────────────────────┘ └────┘
 *        │                │          ▼
 *        │                ├─due── backing-off        (fork: connecting again, at once, to register)
 *        │                └─woken─ unauthorised      (after a 401 with a token that was just asked for)
 *        └──────────────────────── too-old, diverged (only going and stopping by hand leaves them)
 */
export interface Machine {
  readonly mode: 'stopped' | Exclude<SyncStatus['state'], 'local' | 'offline'>
  /** The one request under way; following goes on beside it. */
  readonly busy: 'hello' | 'register' | 'pull' | 'push' | undefined
  /** The one before it: pulls and pushes take turns, so that neither starves. */
  readonly last: 'pull' | 'push'
  readonly remoteT: number | undefined
  /** Whether the remote has given this replica its epoch. */
  readonly registered: boolean
  /** Failures in a row. */
  readonly failures: number
  /** How often hello was said again at once since anything was pulled or pushed: it must not go round for ever. */
  readonly rounds: number
  /** Whether somebody has said, since it began to connect, that there may be a network again: then one failure more means nothing. */
  readonly woken: boolean
  /** What was refused last: a token, or, as a fork, a push or a registration. */
  readonly refused: 'token' | 'push' | 'register' | undefined
  /** When to try again, ms since 1970: to connect, or, while live, to push what the server could not decide. */
  readonly retryAt: number | undefined
  readonly error: AnnalsError | undefined
}

export type Event =
  | { readonly type: 'go' }
  | { readonly type: 'stop' }
  /** There may be a network again, a token, a user who looks: whatever waits need not. */
  | { readonly type: 'woken' }
  /** `retryAt` has come, by the timer: the clock may be a millisecond before it, or have been set back. */
  | { readonly type: 'due' }
  | { readonly type: 'greeted'; readonly remoteT: number; readonly registered: boolean }
  | { readonly type: 'registered' }
  | { readonly type: 'pulled'; readonly remoteT: number }
  /** `stopped`: why the remote could not decide all of it yet. */
  | { readonly type: 'pushed'; readonly remoteT: number; readonly stopped: AnnalsError | undefined }
  /** The remote has another story of this replica's queue than the replica itself. */
  | { readonly type: 'fork'; readonly by: 'push' | 'register' }
  /** The stream of pokes ended after a good while. */
  | { readonly type: 'dropped' }
  /** The remote has taken facts out of its log since the last hello. */
  | { readonly type: 'excised' }
  | { readonly type: 'poked'; readonly t: number }
  /** Something was queued here, or by another tab. */
  | { readonly type: 'changed' }
  | { readonly type: 'failed'; readonly error: AnnalsError }

/**
 * `follow` opens the stream of pokes; `hangUp` ends it and whatever is under way; `wake` asks for `due` at a time, and no more
 * for the one that it asked for before.
 */
export type Effect =
  | { readonly type: 'hello'; readonly freshToken: boolean }
  | { readonly type: 'register'; readonly refused: boolean }
  | { readonly type: 'pull' | 'push' | 'follow' | 'hangUp' }
  | { readonly type: 'wake'; readonly at: number }

/** What the machine needs to know of the world at the moment of an event. */
export interface World {
  /** Milliseconds since 1970. */
  readonly now: number
  /** 0 ..< 1. */
  readonly random: number
  /** The newest confirmed `t` here, and whether something queued has not been decided. */
  readonly t: number
  readonly unsent: boolean
  /** How many transactions are in the queue. */
  readonly queued: number
}

export const STOPPED: Machine = {
  mode: 'stopped',
  busy: undefined,
  last: 'push',
  remoteT: undefined,
  registered: false,
  failures: 0,
  rounds: 0,
  woken: false,
  refused: undefined,
  retryAt: undefined,
  error: undefined,
}

/** Seconds that a remote may ask for. */
const LONGEST_ASKED = 3600
/** Milliseconds of the first and of the longest pause between two tries: doubled each time, a random part of it waited. */
const FIRST_PAUSE = 500
const LONGEST_PAUSE = 30_000
/** What another hello may mend is tried again at once, so often; then with pauses. */
const ROUNDS = 3

type Move = readonly [Machine, readonly Effect[]]

export function move(m: Machine, event: Event, world: World): Move {
  switch (event.type) {
    case 'go':
      return m.mode === 'stopped' ? connect(m) : [m, []]
    case 'stop':
      return m.mode === 'stopped' ? [m, []] : [{ ...STOPPED, remoteT: m.remoteT }, [{ type: 'hangUp' }]]
    case 'woken':
      if (m.mode === 'backing-off' || m.mode === 'unauthorised')
        return connect({ ...m, failures: 0, rounds: 0, refused: undefined })
      if (m.mode === 'connecting') return [{ ...m, woken: true }, []]
      return m.mode === 'live' ? work({ ...m, retryAt: undefined }, world) : [m, []]
    case 'due':
      if (m.retryAt === undefined) return [m, []]
      if (m.mode === 'backing-off') return connect(m)
      return work({ ...m, retryAt: undefined }, world)
    case 'greeted': {
      const forked = m.refused === 'push' || m.refused === 'register'
      const [after, effects] = work(
        {
          ...m,
          mode: 'catching-up',
          busy: undefined,
          woken: false,
          remoteT: event.remoteT,
          registered: event.registered && !forked,
          refused: forked ? m.refused : undefined,
        },
        world,
      )
      return [after, [{ type: 'follow' }, ...effects]]
    }
    case 'registered':
      // hello again: with the epoch come leases
      return again({ ...m, refused: undefined })
    case 'pulled':
      return work({ ...progressed(m, event.remoteT), last: 'pull' }, world)
    case 'pushed': {
      const at = event.stopped === undefined ? undefined : world.now + LONGEST_PAUSE
      const next = { ...progressed(m, event.remoteT), last: 'push', retryAt: at } as const
      const [after, effects] = work({ ...next, error: event.stopped }, world)
      return [after, at === undefined ? effects : [...effects, { type: 'wake', at }]]
    }
    case 'fork': {
      const forked: Machine = { ...m, refused: event.by }
      if (m.rounds < ROUNDS) return anotherRound(forked)
      return fail(
        forked,
        new AnnalsError('sync/fork', 'the remote does not recognise the queue of this replica'),
        world,
      )
    }
    case 'excised':
      if (m.rounds < ROUNDS) return anotherRound(m)
      return fail(m, new AnnalsError('sync/malformed', 'the remote has excised facts, and does not say which'), world)
    case 'dropped':
      return again({ ...m, rounds: 0 })
    case 'poked':
      return work(heard(m, event.t), world)
    case 'changed':
      return work(m, world)
    case 'failed':
      return fail(m, event.error, world)
  }
}

/** A poke may overtake an answer: the newest `t` counts. */
const heard = (m: Machine, t: number): Machine => ({ ...m, remoteT: Math.max(t, m.remoteT ?? 0) })

/** Something came, or was taken. */
const progressed = (m: Machine, t: number): Machine => ({ ...heard(m, t), busy: undefined, failures: 0, rounds: 0 })

const anotherRound = (m: Machine): Move => again({ ...m, rounds: m.rounds + 1 })

/** Says hello once more, without a pause. */
const again = (m: Machine): Move => [
  { ...m, mode: 'connecting', busy: 'hello', retryAt: undefined },
  [{ type: 'hangUp' }, { type: 'hello', freshToken: m.refused === 'token' }],
]

const connect = (m: Machine): Move => [
  { ...m, woken: false, mode: 'connecting', busy: 'hello', retryAt: undefined },
  [{ type: 'hello', freshToken: m.refused === 'token' }],
]

/**
 * While there is something to push, news waits until it is this share of the queue: each page that comes is a rebase of
 * all that is pending, so that a long queue would cost its square.
 */
export const SHARE_OF_QUEUE = 8

/** Begins what is to be done next, unless something is under way. */
function work(m: Machine, world: World): Move {
  if ((m.mode !== 'catching-up' && m.mode !== 'live') || m.busy !== undefined) return [m, []]
  const behind = (m.remoteT ?? 0) - world.t
  const toPush = world.unsent && m.retryAt === undefined
  const isWorthwhile = m.last === 'push' && behind * SHARE_OF_QUEUE >= world.queued
  if (behind > 0 && (m.mode === 'catching-up' || !toPush || isWorthwhile))
    return [{ ...m, busy: 'pull' }, [{ type: 'pull' }]]
  const live: Machine = { ...m, mode: 'live', error: m.retryAt === undefined ? undefined : m.error }
  if (!toPush) return [live, []]
  if (!m.registered) return [{ ...live, busy: 'register' }, [{ type: 'register', refused: m.refused === 'register' }]]
  return [{ ...live, busy: 'push' }, [{ type: 'push' }]]
}

function fail(m: Machine, error: AnnalsError, world: World): Move {
  if (m.mode === 'stopped' || m.mode === 'backing-off') return [m, []]
  const down = (next: Partial<Machine>): Machine => {
    return { ...m, busy: undefined, woken: false, error, retryAt: undefined, ...next }
  }
  switch (error.code) {
    case 'sync/upgrade':
      return [down({ mode: 'too-old' }), [{ type: 'hangUp' }]]
    case 'sync/diverged':
    case 'sync/has-own-history':
      return [down({ mode: 'diverged' }), [{ type: 'hangUp' }]]
    case 'sync/unauthorized': {
      if (error.data.status === 401 && m.refused !== 'token' && m.rounds < ROUNDS)
        return anotherRound({ ...m, refused: 'token', error })
      return [down({ mode: 'unauthorised', refused: undefined }), [{ type: 'hangUp' }]]
    }
    default: {
      if (m.woken) return again({ ...m, failures: 0, woken: false, error })
      const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** m.failures)
      const { retryAfter } = error.data
      // what the remote asks for, in seconds, with the same dice, so that not all come back at once
      const asked = typeof retryAfter === 'number' ? Math.min(retryAfter, LONGEST_ASKED) * 1000 : 0
      const pause = Math.max(asked * (1 + world.random / 2), longest * (0.5 + world.random / 2))
      const retryAt = world.now + Math.round(pause)
      const next = down({ mode: 'backing-off', failures: m.failures + 1, retryAt })
      return [next, [{ type: 'hangUp' }, { type: 'wake', at: retryAt }]]
    }
  }
}

/** What users are told. */
export const stateOf = (m: Machine): SyncStatus['state'] => (m.mode === 'stopped' ? 'offline' : m.mode)

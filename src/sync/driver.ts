import { AnnalsError, isAnnalsError, toAnnalsError } from '../base/errors.ts'
import { Listeners } from '../base/listeners.ts'
import type { LogRow } from '../storage/port.ts'
import { attach } from './attach.ts'
import { wantedIds } from './id-pool.ts'
import { type Effect, type Event, type Machine, move, STOPPED } from './machine.ts'
import { hasUnsent, nextPush } from './next-push.ts'
import {
  checkSameLog,
  planAttached,
  planGreeting,
  planLeases,
  planRegistered,
  planRegistration,
} from './plan-identity.ts'
import {
  DEFAULT_LIMITS,
  type Excise,
  type ExciseAnswer,
  type Limits,
  type Outcome,
  PROTOCOL,
  type Push,
} from './protocol.ts'
import type { ReplicaLedger } from './replica-ledger.ts'
import type { Transport } from './transport.ts'

/** Time, as the driver sees it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls `run` after so many milliseconds; returns the way not to. */
  after(ms: number, run: () => void): () => void
}

export const SYSTEM_CLOCK: Clock = {
  now: Date.now,
  after: (ms, run) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

export interface DriverOptions {
  readonly clock?: Clock
  /** 0 ..< 1, for pauses. */
  readonly random?: () => number
}

/** The HTTP status of a push that something on the way does not take. */
const TOO_LARGE = 413
/** A stream of pokes that lived so long ended in peace: no pause before the next. Milliseconds. */
const GOOD_STREAM_MS = 5000

/** Does what the machine asks for: says hello, pulls, pushes and follows for one replica, while it is running. */
export class SyncDriver {
  #machine: Machine = STOPPED
  readonly #moves = new Listeners<Machine>()
  readonly #clock: Clock
  readonly #random: () => number
  /** What is under way belongs to one line; a line that is hung up is heard no more. */
  #line = new AbortController()
  #unwake: () => void = () => undefined
  #limits: Limits = DEFAULT_LIMITS
  /** How many transactions a push may hold by what was too large on the way. */
  #mostPushed = Number.POSITIVE_INFINITY
  /** This replica's epoch, as the remote said at hello. */
  #remoteEpoch = 0
  /** Answers whose transactions are still in the queue. */
  #outcomes = new Map<string, Outcome>()
  #online = true
  /** The functions that the remote was last found to lack. */
  #lacks = ''
  #running = false

  constructor(
    private readonly ledger: ReplicaLedger,
    private readonly transport: Transport,
    options: DriverOptions = {},
  ) {
    this.#clock = options.clock ?? SYSTEM_CLOCK
    this.#random = options.random ?? Math.random
  }

  /** Talks to the remote until `signal` aborts; then resolves. One at a time over one store. */
  async run(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const ungo = this.ledger.onState(() => this.#tell({ type: 'changed' }))
    this.#running = true
    if (this.#online) this.#tell({ type: 'go' })
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    this.#running = false
    ungo()
    this.#tell({ type: 'stop' })
  }

  get state(): Machine {
    return this.#machine
  }

  /** Whether it is this one that talks to the remote, or would if it were not told to be off the network. */
  get isRunning(): boolean {
    return this.#running
  }

  /** Calls `listener` after each move. */
  onMove = (listener: (machine: Machine) => void): (() => void) => this.#moves.add(listener)

  setOnline(online: boolean): void {
    this.#online = online
    if (!online) this.#tell({ type: 'stop' })
    else if (this.#running) this.#tell({ type: 'go' })
  }

  /** There may be a network again: what waits for its next try need not. */
  wake(): void {
    this.#tell({ type: 'woken' })
  }

  /** Asks the remote to take facts out of its log, whoever leads. Throws `sync/unreachable` while it is told to be off the network. */
  excise(message: Excise): Promise<ExciseAnswer> {
    if (this.#online) return this.transport.excise(message, new AbortController().signal)
    return Promise.reject(new AnnalsError('sync/unreachable', 'facts are excised by the remote, and sync is offline'))
  }

  #tell(event: Event): void {
    const { state } = this.ledger
    const [next, effects] = move(this.#machine, event, {
      now: this.#clock.now(),
      random: this.#random(),
      t: state.head.t,
      unsent: hasUnsent(state, this.#outcomes),
      queued: state.entries.length,
    })
    const moved = next !== this.#machine
    this.#machine = next
    for (const effect of effects) this.#perform(effect)
    if (moved) this.#moves.call(next)
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'hangUp':
        this.#line.abort()
        this.#line = new AbortController()
        return
      case 'wake':
        this.#unwake()
        this.#unwake = this.#clock.after(Math.max(0, effect.at - this.#clock.now()), () => this.#tell({ type: 'due' }))
        return
      case 'hello':
        return this.#during((signal) => this.#hello(effect.freshToken, signal))
      case 'register':
        return this.#during((signal) => this.#register(effect.refused, signal))
      case 'pull':
        return this.#during((signal) => this.#pull(signal))
      case 'push':
        return this.#during((signal) => this.#push(signal))
      case 'follow':
        return this.#during((signal) => this.#follow(signal))
    }
  }

  /** Runs `exchange`, and tells what came of it unless its line was hung up meanwhile. */
  #during(exchange: (signal: AbortSignal) => Promise<Event | undefined>): void {
    const { signal } = this.#line
    exchange(signal).then(
      (event) => {
        if (event !== undefined && !signal.aborted) this.#tell(event)
      },
      (e: unknown) => {
        if (!signal.aborted) this.#tell({ type: 'failed', error: this.#failure(e) })
      },
    )
  }

  /** What stands in the way, as the machine tells failures apart; what is not the network's is told to whoever listens. */
  #failure(e: unknown): AnnalsError {
    if (isAnnalsError(e) && /^(sync|http)\//.test(e.code)) return e
    this.ledger.fail(e)
    return toAnnalsError(e)
  }

  async #hello(freshToken: boolean, signal: AbortSignal): Promise<Event> {
    if (this.ledger.state.meta.attaching) {
      await attach(this.ledger, this.transport, signal)
      await this.ledger.update(planAttached)
    }
    const { meta, head } = this.ledger.state
    const { replica, leasedTo } = meta
    const { functions } = this.ledger
    const { excised } = meta
    const message = { protocol: PROTOCOL, replica, ...head, excised, functions, leasedTo, want: wantedIds(meta) }
    const answer = await this.transport.hello(message, freshToken, signal)
    signal.throwIfAborted()
    const greeting = await this.ledger.update((state) => planGreeting(state, answer))
    if (answer.excisions.length > 0) await this.ledger.carryOut(answer.excisions, excised)
    this.#limits = answer.limits
    this.#remoteEpoch = answer.epoch
    this.#outcomes = new Map()
    this.#tellLacks(answer.lacks)
    return { type: 'greeted', remoteT: answer.t, registered: greeting === 'ready' }
  }

  /** Once for each set of names. */
  #tellLacks(names: readonly string[]): void {
    const said = names.join(', ')
    if (said !== '' && said !== this.#lacks) this.ledger.fail(lacking(names))
    this.#lacks = said
  }

  async #register(refused: boolean, signal: AbortSignal): Promise<Event> {
    const message = await this.ledger.update((state) => planRegistration(state, this.#remoteEpoch, refused))
    try {
      const { epoch } = await this.transport.register(message, signal)
      signal.throwIfAborted()
      await this.ledger.update((state) => planRegistered(state, epoch))
      return { type: 'registered' }
    } catch (e) {
      if (isAnnalsError(e, 'sync/fork')) return { type: 'fork', by: 'register' }
      throw e
    }
  }

  async #pull(signal: AbortSignal): Promise<Event> {
    const { head, meta } = this.ledger.state
    const { excised } = meta
    const answer = await this.transport.pull({ from: head.t + 1, max: this.#limits.page, excised }, signal)
    signal.throwIfAborted()
    checkSameLog(meta, answer.logEpoch)
    if (answer.excised !== excised) return { type: 'excised' }
    // it was asked because there was to be more: the next hello tells whether the log has become shorter
    if (answer.rows.length === 0) throw new AnnalsError('sync/unreachable', 'the remote lacks records that it told of')
    await this.#absorb(answer.rows, excised)
    return { type: 'pulled', remoteT: answer.t }
  }

  async #push(signal: AbortSignal): Promise<Event> {
    const limits = { ...this.#limits, batch: Math.min(this.#limits.batch, this.#mostPushed) }
    const message = nextPush(this.ledger.state, this.#outcomes, limits)
    if (message === undefined) return { type: 'pushed', remoteT: this.#machine.remoteT ?? 0, stopped: undefined }
    const answer = await this.transport.push(message, signal).catch((e: unknown) => this.#tooLarge(message, e))
    if (answer === undefined) return this.#push(signal)
    this.#mostPushed++
    signal.throwIfAborted()
    if (answer.kind !== 'answers') return { type: 'fork', by: 'push' }
    checkSameLog(this.ledger.state.meta, answer.logEpoch)
    for (const { txid, ...outcome } of answer.outcomes) this.#outcomes.set(txid, outcome)
    if (answer.leases.length > 0) await this.ledger.update((state) => planLeases(state, answer.leases))
    await this.#absorb(answer.rows ?? [], message.excised)
    const { stopped } = answer
    return { type: 'pushed', remoteT: answer.t, stopped: stopped && new AnnalsError(stopped.code, stopped.message) }
  }

  /** What lies between may take less than the remote does: then half of it is tried at once, and more only bit by bit. */
  #tooLarge({ entries }: Push, e: unknown): undefined {
    if (!isAnnalsError(e) || e.data.status !== TOO_LARGE || entries.length < 2) throw e
    this.#mostPushed = Math.floor(entries.length / 2)
  }

  async #follow(signal: AbortSignal): Promise<Event> {
    const since = this.#clock.now()
    const end: unknown = await this.transport
      .follow(this.ledger.state.head.t, (t) => this.#heard(t, signal), signal)
      .then(() => new AnnalsError('sync/unreachable', 'the server ended the stream at once'))
      .catch((e: unknown) => e)
    if (isAnnalsError(end, 'sync/unreachable') && this.#clock.now() - since >= GOOD_STREAM_MS)
      return { type: 'dropped' }
    throw end
  }

  #heard(t: number, signal: AbortSignal): void {
    if (!signal.aborted) this.#tell({ type: 'poked', t })
  }

  /**
   * Records that do not continue the log we have were altered on the way, or are another log's, which the next hello tells. `excised`:
   * out of which so much had been taken; another tab may have taken out more meanwhile.
   */
  async #absorb(rows: readonly LogRow[], excised: number | undefined): Promise<void> {
    try {
      await this.ledger.absorb(({ meta }) => ({
        rows: excised === undefined || excised === meta.excised ? rows : [],
        outcomes: this.#outcomes,
      }))
    } catch (cause) {
      if (!isAnnalsError(cause, 'storage/corrupt')) throw cause
      throw new AnnalsError('sync/malformed', `the records do not continue the log: ${cause.message}`, {}, { cause })
    }
    // they are the first of the queue
    const queued = new Set(this.ledger.state.entries.slice(0, this.#outcomes.size).map((p) => p.txid))
    for (const txid of this.#outcomes.keys()) if (!queued.has(txid)) this.#outcomes.delete(txid)
  }
}

const lacking = (names: readonly string[]): AnnalsError =>
  new AnnalsError(
    'sync/unknown-function',
    `the server lacks the functions ${names.join(', ')}: what calls them stays pending; give it the worker's module`,
    { functions: names },
  )

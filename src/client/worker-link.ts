import type { ChangeEvent, Hello, PageCalls, Protocol, WorkerCalls } from '../api/messages.ts'
import { AnnalsError, toWireError } from '../base/errors.ts'
import { after, type GiveUp, unlessGivenUp } from '../base/wait-until.ts'
import { type Args, answerCalls, type Caller, callerOf, type Value } from './calls.ts'
import { gathered } from './gathered-endpoint.ts'
import { Releases } from './kept-values.ts'
import { watchLock, watchPings } from './liveness.ts'
import { notSent } from './not-sent.ts'

export const PROTOCOL: Protocol = 3
/** Milliseconds that a worker may take to load, start and say hello. A phone under load needs some. */
export const START_PATIENCE = 10_000

/** Who the worker's calls are for. */
export interface LinkListener {
  changed(event: ChangeEvent, link: WorkerLink): void
  auth(connection: number): Promise<string | undefined>
  died(link: WorkerLink): void
}

/**
 * One worker from its start to its death. Comlink would wait for ever for the answers of a dead one: here whatever is under
 * way then rejects with `client/worker-died`.
 */
export class WorkerLink {
  readonly startedAt = performance.now()
  readonly releases = new Releases((tokens) => {
    this.call('release', tokens).catch(() => undefined)
  })
  readonly #remote: Caller<WorkerCalls>
  readonly #underWay = new Set<(error: AnnalsError) => void>()
  #end: AnnalsError | undefined
  #stopWatching: () => void = () => undefined

  private constructor(
    private readonly worker: Worker,
    private readonly listener: LinkListener,
  ) {
    const endpoint = gathered(worker)
    this.#remote = callerOf<WorkerCalls>(endpoint, notSent)
    answerCalls<PageCalls>(endpoint, {
      changed: (event) => {
        if (this.#end === undefined) listener.changed(event, this)
      },
      auth: (connection) => listener.auth(connection),
    })
  }

  /** Starts a worker and waits for its hello. Rejects with `client/worker-failed`. */
  static async start(create: () => Worker, listener: LinkListener): Promise<WorkerLink> {
    let link: WorkerLink | undefined
    try {
      link = new WorkerLink(create(), listener)
      const hello = await link.#greeted()
      if (hello.protocol !== PROTOCOL) {
        throw new Error(`it speaks protocol ${hello.protocol}, this page ${PROTOCOL}: two versions of annals have met`)
      }
      link.#watch(hello)
      return link
    } catch (cause) {
      const failure = workerFailed(cause)
      link?.stop(failure)
      throw failure
    }
  }

  call<K extends keyof WorkerCalls>(op: K, ...args: Args<WorkerCalls, K>): Promise<Value<WorkerCalls, K>> {
    if (this.#end !== undefined) return Promise.reject(this.#end)
    return new Promise((resolve, reject) => {
      this.#underWay.add(reject)
      this.#remote(op, args)
        .then(resolve, reject)
        .finally(() => this.#underWay.delete(reject))
    })
  }

  /** While the page can still say so: a hidden page may never be seen again. */
  harden(): void {
    this.call('harden').catch(() => undefined)
  }

  /** Before the page is frozen: a worker that is frozen with it must not keep locks that others wait for. */
  pause(): void {
    this.#stopWatching()
    this.call('pause').catch(() => undefined)
  }

  /** After the page came back. A worker that does not answer in time has not. */
  resume(): void {
    withPatience(this.call('resume')).then(
      (hello) => this.#watch(hello),
      () => this.#die(),
    )
  }

  /** Ends the worker; calls under way reject with `reason`. */
  stop(reason: AnnalsError): void {
    if (this.#end !== undefined) return
    this.#end = reason
    this.#stopWatching()
    this.worker.terminate()
    for (const reject of this.#underWay) reject(reason)
    this.#underWay.clear()
  }

  #greeted(): Promise<Hello> {
    return withPatience(this.call('hello', PROTOCOL), this.worker)
  }

  #watch(hello: Hello): void {
    if (this.#end !== undefined) return
    const died = (): void => this.#die()
    const byPings = (): (() => void) => watchPings(() => this.call('ping'), died)
    const locks = hello.lock !== undefined && navigator.locks !== undefined
    this.#stopWatching = locks ? watchLock(hello.lock, died, byPings) : byPings()
  }

  #die(): void {
    if (this.#end !== undefined) return
    this.stop(
      new AnnalsError(
        'client/worker-died',
        'The database worker died. A new one is started; what was under way may or may not have been done: look before ' +
          'doing it again.',
      ),
    )
    this.listener.died(this)
  }
}

/** Rejects when the answer takes longer than START_PATIENCE or, if `starting` is given, when that worker's script fails. */
function withPatience<T>(answer: Promise<T>, starting?: Worker): Promise<T> {
  const late = after(START_PATIENCE, () => new Error(`it did not answer within ${START_PATIENCE / 1000} s`))
  const failed: GiveUp = (reject) => {
    const tell = (event: ErrorEvent): void => reject(new Error(event.message || 'its script did not load'))
    starting?.addEventListener('error', tell)
    return () => starting?.removeEventListener('error', tell)
  }
  return unlessGivenUp(answer, [late, failed])
}

function workerFailed(cause: unknown): AnnalsError {
  const why = cause instanceof Error ? cause.message : toWireError(cause).message
  return new AnnalsError(
    'client/worker-failed',
    `The database worker did not start: ${why}. If your bundler or content security policy keeps the default worker from ` +
      "loading, bring your own: connect(name, { worker: () => new Worker(new URL('./db.worker.ts', import.meta.url), " +
      "{ type: 'module' }) }), with db.worker.ts: import { serve } from 'annals/worker'; serve({})",
    {},
    { cause },
  )
}

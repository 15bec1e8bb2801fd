import type { ChangeEvent } from '../api/messages.ts'
import { AnnalsError, toAnnalsError } from '../base/errors.ts'
import { type LinkListener, WorkerLink } from './worker-link.ts'

/** Milliseconds before another start after one that failed, or a worker that died young: doubled each time up to the last. */
const FIRST_DELAY = 250
const LAST_DELAY = 30_000
/** Milliseconds. A worker that lived this long died of something else than its start. */
const GROWN_UP = 10_000

/** A connection, as its host sees it. */
export interface Tenant {
  changed(event: ChangeEvent, link: WorkerLink): void
  auth(): Promise<string | undefined>
  /** The worker died, and all that it kept. */
  lost(): void
  /** Opens the database in the worker of `host.link()`, if it is not open there. */
  settle(): Promise<unknown>
  /** That failed, and nobody had asked for it. */
  failed(error: AnnalsError): void
}

/** The one worker of all connections that share a factory: starts with the first, ends with the last, starts again when it dies. */
export class WorkerHost implements LinkListener {
  readonly #tenants = new Map<number, Tenant>()
  #current: Promise<WorkerLink> | undefined
  #running: WorkerLink | undefined
  #delay = FIRST_DELAY
  #retry: ReturnType<typeof setTimeout> | undefined
  readonly #gone = new AbortController()

  constructor(
    private readonly create: () => Worker,
    /** The last connection has left: this host is of no more use. */
    private readonly onEmpty: () => void,
  ) {
    if (typeof addEventListener !== 'function') return
    const { signal } = this.#gone
    addEventListener('pagehide', (e) => e.persisted && this.#running?.pause(), { signal })
    addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && this.#running?.harden(), {
      signal,
    })
    addEventListener('pageshow', (e) => e.persisted && this.#running?.resume(), { signal })
  }

  /** The living worker, or the one being started. Rejects with `client/worker-failed`. */
  link(): Promise<WorkerLink> {
    this.#current ??= this.#start()
    return this.#current
  }

  /** From now on what the worker says of `connection` goes to `tenant`. */
  enter(connection: number, tenant: Tenant): void {
    this.#tenants.set(connection, tenant)
  }

  leave(connection: number): void {
    if (!this.#tenants.delete(connection) || this.#tenants.size > 0) return
    this.#gone.abort()
    clearTimeout(this.#retry)
    this.onEmpty()
    const closed = new AnnalsError('connection/closed', 'the last connection to this worker is closed')
    this.#current?.then((link) => link.stop(closed)).catch(() => undefined)
  }

  changed(event: ChangeEvent, link: WorkerLink): void {
    this.#tenants.get(event.connection)?.changed(event, link)
  }

  async auth(connection: number): Promise<string | undefined> {
    return this.#tenants.get(connection)?.auth()
  }

  died(link: WorkerLink): void {
    this.#current = undefined
    this.#running = undefined
    for (const tenant of this.#tenants.values()) tenant.lost()
    if (performance.now() - link.startedAt < GROWN_UP) this.#settleLater()
    else void this.#settleAll()
  }

  async #start(): Promise<WorkerLink> {
    try {
      this.#running = await WorkerLink.start(this.create, this)
      return this.#running
    } catch (error) {
      this.#current = undefined
      throw error
    }
  }

  async #settleAll(): Promise<void> {
    const settled = await Promise.all(
      Array.from(this.#tenants.values(), (tenant) =>
        tenant.settle().then(
          () => true,
          (e: unknown) => {
            tenant.failed(toAnnalsError(e))
            return false
          },
        ),
      ),
    )
    if (settled.every(Boolean)) this.#delay = FIRST_DELAY
    else this.#settleLater()
  }

  #settleLater(): void {
    if (this.#tenants.size === 0) return
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => void this.#settleAll(), this.#delay)
    this.#delay = Math.min(this.#delay * 2, LAST_DELAY)
  }
}

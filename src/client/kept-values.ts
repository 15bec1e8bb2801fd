import type { DbRef, ViewStep, WireDb } from '../api/messages.ts'
import type { WorkerLink } from './worker-link.ts'

/** Milliseconds over which released values are gathered. */
const GATHER = 100

let lastSerial = 0

/** A database value that a worker keeps for this page, for as long as somebody holds this object. */
export class KeptValue {
  /** Another one for each object. */
  readonly serial = ++lastSerial

  constructor(
    private readonly link: WorkerLink,
    private readonly connection: number,
    private readonly wire: WireDb,
  ) {
    link.releases.with(this, wire.token)
  }

  get basisT(): number {
    return this.wire.basisT
  }

  /** Its name in `link`, which need not be the worker that kept it. */
  ref(link: WorkerLink, view: readonly ViewStep[]): DbRef {
    const value = link === this.link ? this.wire : { ...this.wire, token: 0 }
    return { connection: this.connection, value, view }
  }
}

/** Tells a worker which values its page holds no more. */
export class Releases {
  #tokens: number[] = []
  readonly #registry = new FinalizationRegistry<number>((token) => this.release(token))

  constructor(private readonly send: (tokens: readonly number[]) => void) {}

  /** Releases `token` once `holder` has been collected. */
  with(holder: object, token: number): void {
    this.#registry.register(holder, token)
  }

  release(token: number): void {
    if (this.#tokens.push(token) > 1) return
    setTimeout(() => {
      const tokens = this.#tokens
      this.#tokens = []
      this.send(tokens)
    }, GATHER)
  }
}

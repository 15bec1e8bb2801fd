/**
 * Milliseconds from one message to the next: each takes up to a tenth of a small commit, and keeps the storage from working
 * meanwhile. Who hears it reads all that is new at once.
 */
export const TELL_APART = 10

/** The other stores of one database, in this tab or another: told on a BroadcastChannel that something has changed. */
export class Others {
  readonly #channel: BroadcastChannel
  #toldAt = Number.NEGATIVE_INFINITY
  #telling: ReturnType<typeof setTimeout> | undefined

  /** `onTold` runs when another store tells. */
  constructor(name: string, onTold: () => void) {
    this.#channel = new BroadcastChannel(name)
    this.#channel.onmessage = onTold
    // Node would not exit while a channel is open.
    if ('unref' in this.#channel && typeof this.#channel.unref === 'function') this.#channel.unref()
  }

  /** Once those who wait for the write have gone on: at once after a pause, otherwise with what else comes within {@link TELL_APART}. */
  tell(): void {
    const wait = this.#toldAt + TELL_APART - performance.now()
    this.#telling ??= setTimeout(() => this.#post(), Math.max(wait, 0))
  }

  /** Tells at once what is still to be told. */
  flush(): void {
    if (this.#telling === undefined) return
    clearTimeout(this.#telling)
    this.#post()
  }

  close(): void {
    this.flush()
    this.#channel.close()
  }

  #post(): void {
    this.#telling = undefined
    this.#toldAt = performance.now()
    this.#channel.postMessage(null)
  }
}

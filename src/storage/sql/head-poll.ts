/** Milliseconds between two looks. */
const INTERVAL = 500

/** Looks at a head again and again while somebody watches: nodes in other processes tell nothing. */
export class HeadPoll {
  readonly #look: () => Promise<number>
  readonly #watched: () => boolean
  readonly #tell: () => void
  #running = false
  /** The `t` that the watchers were last told of, or need not be; undefined before the first look. */
  #told: number | undefined

  /** `tell` is called when `look` gives another `t` than before, at the first look, and when looking fails. */
  constructor(look: () => Promise<number>, watched: () => boolean, tell: () => void) {
    this.#look = look
    this.#watched = watched
    this.#tell = tell
  }

  /** Goes on until nobody watches. */
  start(): void {
    if (this.#running) return
    this.#running = true
    void this.#run()
  }

  /** `t` is this node's own work, and no news. */
  made(t: number): void {
    if (this.#told !== undefined) this.#told = Math.max(this.#told, t)
  }

  async #run(): Promise<void> {
    while (this.#watched()) {
      const before = this.#told
      // A head that cannot be read is news too: whoever then reads meets the error where somebody awaits it.
      const t = await this.#look().catch(() => undefined)
      if (t === undefined || t !== before) this.#tell()
      this.#told = t ?? before
      await pause(INTERVAL)
    }
    this.#running = false
  }
}

/** Keeps no process alive. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}

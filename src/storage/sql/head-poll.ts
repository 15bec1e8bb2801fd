/** Milliseconds between two looks. */
const INTERVAL = 500

/** Looks at a number that only grows, again and again while somebody watches: other processes tell nothing, or too little. */
export class HeadPoll {
  readonly #look: () => Promise<number>
  readonly #watched: () => boolean
  readonly #tell: () => void
  #running = false
  #early = (): void => undefined
  /** What the watchers were last told of, or need not be; undefined before the first look. */
  #told: number | undefined

  /** `tell` is called when `look` gives another number than before, at the first look, and when looking fails. */
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

  /** The next look need not wait for its time. */
  hint(): void {
    this.#early()
  }

  get told(): number | undefined {
    return this.#told
  }

  /** `n` is known to this process. False: the watchers were told of it already. */
  knows(n: number): boolean {
    if (this.#told !== undefined && n <= this.#told) return false
    this.#told = n
    return true
  }

  async #run(): Promise<void> {
    while (this.#watched()) {
      let hinted = false
      this.#early = () => {
        hinted = true
      }
      // A head that cannot be read is news too: whoever then reads meets the error where somebody awaits it.
      const n = await this.#look().catch(() => undefined)
      if (n === undefined || this.knows(n)) this.#tell()
      if (!hinted) await this.#pause()
    }
    this.#running = false
  }

  /** Until it is time, or somebody hints. Keeps no process alive. */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, INTERVAL)
      timer.unref()
      this.#early = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

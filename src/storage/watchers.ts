interface Entry {
  readonly owner: object
  readonly listener: () => void
}

/** Listeners of several owners in one process: what one of them commits is news to the others only. */
export class Watchers {
  readonly #entries = new Set<Entry>()

  /** Returns the way to stop. */
  add(owner: object, listener: () => void): () => void {
    const entry = { owner, listener }
    this.#entries.add(entry)
    return () => this.#entries.delete(entry)
  }

  /** Every listener of `owner` stops. */
  leave(owner: object): void {
    for (const entry of this.#entries) if (entry.owner === owner) this.#entries.delete(entry)
  }

  get any(): boolean {
    return this.#entries.size > 0
  }

  tellAll(): void {
    this.#tell(() => true)
  }

  tellOwn(owner: object): void {
    this.#tell((entry) => entry.owner === owner)
  }

  tellOthers(owner: object): void {
    this.#tell((entry) => entry.owner !== owner)
  }

  /** Each in a turn of its own, so that none can fail the commit it hears of. */
  #tell(concerns: (entry: Entry) => boolean): void {
    for (const entry of this.#entries) {
      if (!concerns(entry)) continue
      queueMicrotask(() => {
        if (this.#entries.has(entry)) entry.listener()
      })
    }
  }
}

/** A list of listeners. One that throws does not keep the others from being called; its error is reported by the platform. */
export class Listeners<T> {
  readonly #all = new Set<(x: T) => void>()

  /** Returns the way to stop listening. The same function may be added several times. */
  add(listener: (x: T) => void): () => void {
    const own = (x: T): void => listener(x)
    this.#all.add(own)
    return () => {
      this.#all.delete(own)
    }
  }

  call(x: T): void {
    for (const listener of [...this.#all]) {
      try {
        listener(x)
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }

  get size(): number {
    return this.#all.size
  }
}

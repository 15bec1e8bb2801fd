/** Runs one asynchronous step at a time, in the order of asking. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve()

  run<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#last.then(step, step)
    this.#last = done.catch(() => undefined)
    return done
  }
}

/** Transactions between two breaths: about 8 ms of work. */
const SLICE = 200

/** Cuts long work into slices, so that whoever else has something to do has a turn in between. */
export class Slices {
  /** How many pieces of work there have been. */
  pieces = 0
  #left = SLICE
  /** Those who work at the same time take turns. */
  #turn: Promise<void> = Promise.resolve()

  /** Called before each piece of work; a promise where it is time to let others go first. */
  breathe(): Promise<void> | undefined {
    this.pieces++
    if (--this.#left > 0) return undefined
    this.#left = SLICE
    this.#turn = this.#turn.then(nextTurn)
    return this.#turn
  }
}

/** Resolves when whoever waits has had a turn. A message, since browsers let timers within timers wait for 4 ms each. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}

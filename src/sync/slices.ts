/** Transactions between two breaths: about 8 ms of work. */
const SLICE = 200

/** Cuts long work into slices, so that whoever else has something to do has a turn in between. */
export class Slices {
  private left = SLICE

  /** Called before each piece of work; a promise where it is time to let others go first. */
  breathe(): Promise<void> | undefined {
    if (--this.left > 0) return undefined
    this.left = SLICE
    return new Promise((resolve) => setTimeout(resolve))
  }
}

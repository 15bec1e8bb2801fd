/** Milliseconds that the transactions of one push may take: what is left then is pushed again. */
const PUSH_MS = 1000
/** Milliseconds after which whoever else waits has a turn. */
const TURN_MS = 20

/** The time that one push takes of the server. */
export class PushTime {
  private readonly end = performance.now() + PUSH_MS
  private turnEnd = performance.now() + TURN_MS

  get isUp(): boolean {
    return performance.now() >= this.end
  }

  /** Resolves when others have had a turn; undefined while it is not time for that. */
  pause(): Promise<void> | undefined {
    if (performance.now() < this.turnEnd) return undefined
    return new Promise((resume) =>
      setTimeout(() => {
        this.turnEnd = performance.now() + TURN_MS
        resume()
      }, 0),
    )
  }
}

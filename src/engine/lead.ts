/**
 * Runs `work` while this tab is the one that may, out of all that have the database open. Returns the way to give it up, which
 * resolves when the work has ended.
 */
export type Lead = (work: (signal: AbortSignal) => Promise<void>) => () => void | Promise<void>

/** Leads at once, until it is given up: for a process that has a database to itself. */
export const alone: Lead = (work) => {
  const controller = new AbortController()
  const done = work(controller.signal)
  return () => {
    controller.abort()
    return done
  }
}

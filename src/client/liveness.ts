/** Milliseconds between two pings, and how long one may stay unanswered: a worker deep in a query answers late. */
const PING_EVERY = 5_000
const PING_PATIENCE = 30_000

/**
 * Calls `died` once nobody holds `lock` any more: a worker holds it for its life, and the browser lets go of it for whoever
 * dies. Where this page does not see the lock of a living worker, which is so from when the browser cleared the site's data until
 * the page is loaded anew, `otherwise` begins to watch. Returns the way to stop.
 */
export function watchLock(lock: string, died: () => void, otherwise: () => () => void): () => void {
  const waiting = new AbortController()
  const { signal } = waiting
  let stop = (): void => waiting.abort()
  const { locks } = navigator
  locks
    .request(lock, { ifAvailable: true }, (free) => {
      if (!free) return locks.request(lock, { signal }, () => signal.aborted || died())
      if (!signal.aborted) stop = otherwise()
      return undefined
    })
    .catch(() => undefined) // stopped
  return () => stop()
}

/** The same where there are no locks: asks now and then, and calls `died` when an answer stays out for half a minute. */
export function watchPings(ping: () => Promise<unknown>, died: () => void): () => void {
  let asked: number | undefined
  const timer = setInterval(() => {
    if (asked !== undefined) {
      if (performance.now() - asked > PING_PATIENCE) died()
      return
    }
    asked = performance.now()
    ping().then(
      () => {
        asked = undefined
      },
      () => undefined,
    )
  }, PING_EVERY)
  return () => clearInterval(timer)
}

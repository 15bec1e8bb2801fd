/** Milliseconds between two pings, and how long one may stay unanswered: a worker deep in a query answers late. */
const PING_EVERY = 5_000
const PING_PATIENCE = 30_000

/**
 * Calls `died` once nobody holds `lock` any more: a worker holds it for its life, and the browser lets go of it for whoever
 * dies. Returns the way to stop waiting.
 */
export function watchLock(lock: string, died: () => void): () => void {
  const waiting = new AbortController()
  navigator.locks
    .request(lock, { signal: waiting.signal }, () => {
      if (!waiting.signal.aborted) died()
    })
    .catch(() => undefined) // stopped
  return () => waiting.abort()
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

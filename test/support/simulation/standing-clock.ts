/**
 * Runs `work` while the clock of this process stands. What is paced by it rests on a timer where a slow machine took too long, and
 * while that runs the world's own time, which nothing real holds up, would come to its end.
 */
export async function withStandingClock<T>(work: () => Promise<T>): Promise<T> {
  const now = performance.now()
  Object.defineProperty(performance, 'now', { configurable: true, value: () => now })
  try {
    return await work()
  } finally {
    Reflect.deleteProperty(performance, 'now')
  }
}

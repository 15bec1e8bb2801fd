/** A reason to wait no more: begins to watch for it, and returns the way to stop. */
export type GiveUp = (reject: (error: unknown) => void) => () => void

export const onAbort =
  (signal: AbortSignal, error: () => unknown): GiveUp =>
  (reject) => {
    const abort = (): void => reject(error())
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    return () => signal.removeEventListener('abort', abort)
  }

/** After `ms` milliseconds. */
export const after =
  (ms: number, error: () => unknown): GiveUp =>
  (reject) => {
    const timer = setTimeout(() => reject(error()), ms)
    return () => clearTimeout(timer)
  }

/** The first answer of `look` that is not undefined: asked now, and whenever `subscribe` says that something moved. */
export async function waitUntil<T>(
  look: () => T | undefined,
  subscribe: (listener: () => void) => () => void,
  giveUps: readonly GiveUp[],
): Promise<T> {
  const stops: (() => void)[] = []
  try {
    return await new Promise<T>((resolve, reject) => {
      for (const giveUp of giveUps) stops.push(giveUp(reject))
      const ask = (): void => {
        const answer = look()
        if (answer !== undefined) resolve(answer)
      }
      stops.push(subscribe(ask))
      ask()
    })
  } finally {
    for (const stop of stops) stop()
  }
}

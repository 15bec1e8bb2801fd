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

/**
 * What `work` comes to, unless one of `giveUps` comes first. A promise of its own for each wait: one that lived as long as the reason to
 * give up would keep whatever was raced against it.
 */
export async function unlessGivenUp<T>(work: T | Promise<T>, giveUps: readonly GiveUp[]): Promise<T> {
  const stops: (() => void)[] = []
  try {
    return await new Promise<T>((resolve, reject) => {
      for (const giveUp of giveUps) stops.push(giveUp(reject))
      Promise.resolve(work).then(resolve, reject)
    })
  } finally {
    for (const stop of stops) stop()
  }
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

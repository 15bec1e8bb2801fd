import type { Settled } from '../api/report.ts'
import type { Sync } from '../api/sync.ts'
import { isAnnalsError } from '../base/errors.ts'

/**
 * How transaction `id` ended. Never rejects: while the worker is away it is asked again after the next change, and once the
 * connection is closed nobody knows, so that the promise stays open.
 */
export async function settledEnd(
  sync: Sync,
  id: string,
  subscribe: (listener: () => void) => () => void,
  closing: AbortSignal,
): Promise<Settled> {
  for (;;) {
    try {
      return await sync.settled(id)
    } catch (e) {
      // What neither waits nor stands in the log nor is kept as refused was taken back.
      if (isAnnalsError(e, 'log/unknown-transaction')) return { status: 'withdrawn' }
      await new Promise<void>((resolve) => {
        const stop = subscribe(() => {
          stop()
          if (!closing.aborted) resolve()
        })
      })
    }
  }
}

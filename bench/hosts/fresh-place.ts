import type { HostName } from '../plan.ts'
import { inFreshBrowser } from './chromium.ts'
import type { Place } from './host.ts'
import { openNode } from './node.ts'

/** Uses a process or a browser of its own, and ends it. */
export async function inFreshPlace<T>(host: HostName, origin: string, use: (place: Place) => Promise<T>): Promise<T> {
  if (host === 'chromium') return inFreshBrowser(origin, use)
  const place = await openNode()
  try {
    return await use(place)
  } finally {
    await place.close()
  }
}

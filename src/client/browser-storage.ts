import type { BrowserStorage } from '../api/connection.ts'

let asked = false

/** Asks the browser, once in a page's life, not to remove what this origin stores when room runs short. */
export function askToPersist(): void {
  const storage = globalThis.navigator?.storage
  if (asked || typeof storage?.persist !== 'function') return
  asked = true
  // A browser that asks its user does not ask again for what was granted.
  storage
    .persisted()
    .then((already) => already || storage.persist())
    .catch(() => false)
}

/** undefined where the browser does not tell. */
export async function browserStorage(): Promise<BrowserStorage | undefined> {
  const storage = globalThis.navigator?.storage
  if (typeof storage?.estimate !== 'function') return undefined
  try {
    const [{ usage = 0, quota = 0 }, persisted] = await Promise.all([storage.estimate(), storage.persisted()])
    return { usedBytes: usage, quotaBytes: quota, persisted }
  } catch {
    return undefined
  }
}

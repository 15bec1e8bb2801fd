import type { LocalStorage } from '../../src/storage/port.ts'

/** Resolves when the segments of a database reach `t`. */
export async function indexedTo(storage: LocalStorage, name: string, t: number): Promise<void> {
  const store = await storage.open(name)
  for (;;) {
    const root = await store.readRoot()
    if (root !== undefined && root.t >= t) break
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await store.close()
}

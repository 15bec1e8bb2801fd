import { openIdb, result } from './indexed-db.ts'

const LOOK_MS = 50
/** Longer than the engine waits for a quiet moment before it merges what little is new. */
const QUIET_MS = 1_500

/** Waits until the worker has written no segment and no root for a while; resolves to the moment of the last one. */
export async function untilStored(name: string): Promise<number> {
  const database = await openIdb(`annals/1/${name}`)
  try {
    let last = performance.now()
    for (let seen = await mark(database); performance.now() - last < QUIET_MS; ) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      const now = await mark(database)
      if (now !== seen) last = performance.now()
      seen = now
    }
    return last
  } finally {
    database.close()
  }
}

/** Another text whenever a segment or a root has been written. */
async function mark(database: IDBDatabase): Promise<string> {
  const tx = database.transaction(['segments', 'index'])
  const newest = tx.objectStore('segments').openKeyCursor(null, 'prev')
  const [cursor, index] = await Promise.all([
    result<IDBCursor | null>(newest),
    result<{ readonly t?: number }[]>(tx.objectStore('index').getAll()),
  ])
  return `${cursor?.key} ${index.map(({ t }) => t)}`
}

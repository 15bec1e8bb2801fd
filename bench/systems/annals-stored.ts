import { ROOT_KEY } from '../../src/storage/indexeddb/disk.ts'
import { openIdb, result } from './indexed-db.ts'

const LOOK_MS = 20
/** Longer than the engine waits for a quiet moment before it merges what little is new, or takes to begin with more. */
const QUIET_MS = 3_000

/**
 * Waits until the worker has merged all that is in the log into segments, or writes nothing for so long that it will not: a few
 * facts stay in the log. Resolves to the moment of the last step.
 */
export async function untilStored(name: string): Promise<number> {
  const database = await openIdb(`annals/1/${name}`)
  try {
    let last = performance.now()
    for (let seen = await state(database); performance.now() - last < QUIET_MS; ) {
      if (seen.isIndexed) return last
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      const now = await state(database)
      if (now.mark !== seen.mark) last = performance.now()
      seen = now
    }
    return last
  } finally {
    database.close()
  }
}

/** What the indexes reach; `mark` is another whenever a record, a segment or a root has been written. */
async function state(database: IDBDatabase): Promise<{ readonly isIndexed: boolean; readonly mark: string }> {
  const tx = database.transaction(['log', 'segments', 'index'])
  const [last, root, segment] = await Promise.all([
    result<IDBCursor | null>(tx.objectStore('log').openKeyCursor(null, 'prev')),
    result<{ readonly t: number } | undefined>(tx.objectStore('index').get(ROOT_KEY)),
    result<IDBCursor | null>(tx.objectStore('segments').openKeyCursor(null, 'prev')),
  ])
  const t = last?.key ?? 0
  return { isIndexed: root?.t === t, mark: `${t} ${root?.t} ${segment?.key}` }
}

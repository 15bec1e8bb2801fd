import type { LogRow, RemoteStore } from '../storage/port.ts'

/** Bytes of the records in one page of the log, unless a single one is larger. */
const PAGE_BYTES = 512 * 1024
/** Records read at a time: a page of large ones ends long before its last. */
const ROWS_AT_ONCE = 100

/**
 * Records from `from` to the end of its page, at most `max`. Pages begin after every `page` records and wherever bytes cut one, so
 * that readers who begin anywhere soon ask for the same ones.
 */
export async function readPage(store: RemoteStore, from: number, max: number, page: number): Promise<LogRow[]> {
  const end = from - 1 + Math.min(max, page - ((from - 1) % page))
  const rows: LogRow[] = []
  let bytes = 0
  while (from + rows.length <= end) {
    const next = from + rows.length
    const some = await store.readLog(next, Math.min(ROWS_AT_ONCE, end - next + 1))
    if (some.length === 0) break
    for (const row of some) {
      if (rows.length > 0 && bytes + row.body.length > PAGE_BYTES) return rows
      bytes += row.body.length
      rows.push(row)
    }
  }
  return rows
}

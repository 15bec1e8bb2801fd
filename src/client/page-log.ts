import type { LogEntry } from '../api/report.ts'

export interface LogRange {
  readonly from?: number
  readonly to?: number
  readonly live?: boolean
}

/** Transactions asked for at a time. */
const PAGE = 200

/** Where the log is read from. */
export interface LogSource {
  /** At most `limit` of the transactions `from ..= to`; fewer only at the end. */
  read(from: number, to: number | undefined, limit: number): Promise<readonly LogEntry[]>
  /** Resolves when there is a transaction beyond `t`. Rejects when the connection is closed. */
  beyond(t: number): Promise<void>
}

/** Confirmed transactions in order; with `live`, then those that come, without a gap, until the reader stops. */
export async function* pageLog(source: LogSource, { from = 1, to, live = false }: LogRange): AsyncGenerator<LogEntry> {
  let next = Math.max(1, from)
  while (to === undefined || next <= to) {
    const entries = await source.read(next, to, PAGE)
    for (const entry of entries) {
      yield entry
      next = entry.t + 1
    }
    if (entries.length === PAGE) continue
    if (!live) return
    await source.beyond(next - 1)
  }
}

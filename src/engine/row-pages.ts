import { AnnalsError } from '../base/errors.ts'
import type { LogRow } from '../storage/port.ts'

/** Rows that are read of a log at a time. */
const PAGE = 1000

/** A log, as every store has one. */
export interface ReadableLog {
  readLog(from: number, limit: number): Promise<readonly LogRow[]>
}

/** The rows `from <= t <= to`, at most `page` of them at a time. Throws `storage/corrupt` when the log does not reach so far. */
export async function* rowPages(
  log: ReadableLog,
  from: number,
  to: number,
  page = PAGE,
): AsyncGenerator<readonly LogRow[]> {
  for (let next = from; next <= to; ) {
    const rows = await log.readLog(next, Math.min(page, to - next + 1))
    if (rows.length === 0) {
      throw new AnnalsError('storage/corrupt', `the log ends at t ${next - 1} and should reach ${to}`, { t: next })
    }
    yield rows
    next += rows.length
  }
}

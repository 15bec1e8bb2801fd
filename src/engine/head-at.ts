import { AnnalsError } from '../base/errors.ts'
import type { ConfirmedHead } from '../storage/port.ts'
import type { ReadableLog } from './row-pages.ts'

/** The head of the log as it was at `t`. Throws `log/unknown-transaction` where it does not reach so far. */
export async function headAt(log: ReadableLog, t: number): Promise<ConfirmedHead> {
  if (t === 0) return { t, hash: '' }
  const [row] = await log.readLog(t, 1)
  if (row === undefined) throw new AnnalsError('log/unknown-transaction', `the log does not reach t ${t}`, { t })
  return { t, hash: row.hash }
}

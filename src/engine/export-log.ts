import type { ExportOptions } from '../api/backup.ts'
import { streamOf } from '../base/byte-stream.ts'
import { AnnalsError } from '../base/errors.ts'
import type { ConfirmedHead, LogRow } from '../storage/port.ts'
import { backupLines } from './backup.ts'
import type { Ledger } from './ledger.ts'

/** Records that are read at a time. */
const PAGE = 100
/** Characters of a piece, roughly. */
const PIECE = 256 * 1024

type Log = Pick<Ledger, 'db' | 'readLog'>

/** The confirmed log as it is now, as a backup. Its stream fails with `log/unknown-transaction` where it does not reach `since`. */
export function exportLog(log: Log, { since = 0 }: ExportOptions): ReadableStream<Uint8Array> {
  return streamOf(piecesOf(log, since))
}

async function* piecesOf(log: Log, since: number): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  const end = log.db.basisT
  let text = ''
  for await (const line of backupLines(await headAt(log, since), rowsOf(log, since + 1, end))) {
    text += `${line}\n`
    if (text.length < PIECE) continue
    yield encoder.encode(text)
    text = ''
  }
  yield encoder.encode(text)
}

/** The rows `from <= t <= end`. */
async function* rowsOf(log: Log, from: number, end: number): AsyncGenerator<LogRow> {
  for (let t = from; t <= end; ) {
    const rows = await log.readLog(t, Math.min(PAGE, end - t + 1))
    if (rows.length === 0) throw new AnnalsError('storage/corrupt', `the log ends at t ${t - 1}, not at ${end}`, { t })
    yield* rows
    t += rows.length
  }
}

/** The head of the log as it was at `t`. */
export async function headAt(log: Pick<Log, 'readLog'>, t: number): Promise<ConfirmedHead> {
  if (t === 0) return { t, hash: '' }
  const [row] = await log.readLog(t, 1)
  if (row === undefined) throw new AnnalsError('log/unknown-transaction', `the log does not reach t ${t}`, { t })
  return { t, hash: row.hash }
}

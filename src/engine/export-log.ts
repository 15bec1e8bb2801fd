import type { ExportOptions } from '../api/backup.ts'
import { streamOf } from '../base/byte-stream.ts'
import type { LogRow } from '../storage/port.ts'
import { backupLines } from './backup.ts'
import { headAt } from './head-at.ts'
import type { Ledger } from './ledger.ts'
import { rowPages } from './row-pages.ts'

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

async function* rowsOf(log: Log, from: number, end: number): AsyncGenerator<LogRow> {
  for await (const rows of rowPages(log, from, end, PAGE)) yield* rows
}

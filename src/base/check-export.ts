import type { ExportOptions } from '../api/backup.ts'
import { AnnalsError } from './errors.ts'

/** Throws `db/bad-option`. */
export function checkExport({ since = 0 }: ExportOptions): void {
  if (Number.isSafeInteger(since) && since >= 0) return
  const message = `export: since wants the t where another backup ended, got ${String(since)}`
  throw new AnnalsError('db/bad-option', message, { option: 'since' })
}

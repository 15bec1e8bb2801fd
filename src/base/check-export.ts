import type { ExportOptions } from '../api/backup.ts'
import { checkOptionNames } from './check-option-names.ts'
import { AnnalsError } from './errors.ts'

/** Throws `db/bad-option`. */
export function checkExport(options: ExportOptions): void {
  checkOptionNames('export', options, ['since'], 'db/bad-option')
  const { since = 0 } = options
  if (Number.isSafeInteger(since) && since >= 0) return
  const message = `export: since wants the t where another backup ended, got ${String(since)}`
  throw new AnnalsError('db/bad-option', message, { option: 'since' })
}

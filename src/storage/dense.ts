import { AnnalsError } from '../base/errors.ts'

/**
 * Checks numbers read back against what must be there: `first`, and every one after it, up to `last` at least.
 * Otherwise `storage/corrupt`: a place that lost rows may well say nothing itself.
 */
export function checkDense(
  name: string,
  what: 'log' | 'queue',
  read: readonly number[],
  first: number,
  last: number,
): void {
  for (const [i, n] of read.entries()) {
    if (n !== first + i) throw hole(name, what, first + i, `found ${n} in its place`)
  }
  if (first + read.length <= last) throw hole(name, what, first + read.length, `its head says ${last}`)
}

function hole(name: string, what: string, missing: number, found: string): AnnalsError {
  const message = `The ${what} of database "${name}" is damaged: row ${missing} is missing (${found}). Restore it from the remote or a backup.`
  return new AnnalsError('storage/corrupt', message, { name, what, missing })
}

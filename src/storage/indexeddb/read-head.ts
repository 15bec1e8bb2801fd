import { AnnalsError } from '../../base/errors.ts'
import type { ConfirmedHead } from '../port.ts'
import { CONFIRMED_KEY, HEAD_KEY, type Head, type StoredHead, type Tx } from './disk.ts'

/**
 * Needs the stores `meta` and `log`. `known`: a head that the log once had, which need not be read where it has it still.
 * `storage/corrupt` when it is not there: it is made together with the database.
 */
export async function readHead(tx: Tx<'readonly' | 'readwrite'>, name: string, known?: ConfirmedHead): Promise<Head> {
  const log = tx.objectStore('log')
  const [last, [head, written]] = await Promise.all([
    log.openKeyCursor(null, 'prev'),
    tx.objectStore('meta').getAll(IDBKeyRange.bound(HEAD_KEY, CONFIRMED_KEY)),
  ])
  const end = last?.key ?? 0
  // one that was written apart lies beyond a log that has lost rows: whoever reads them will be told
  const at = known?.t === end ? known : (written as ConfirmedHead | undefined)
  const confirmed = at === undefined || at.t >= end ? at : (await log.get(end))?.at(-1)
  if (written !== undefined && confirmed !== undefined) {
    const { t, hash } = confirmed
    return { ...(head as StoredHead), confirmed: { t, hash } }
  }
  const message = `Database "${name}" has lost its head. Restore it from the remote or a backup.`
  throw new AnnalsError('storage/corrupt', message, { name })
}

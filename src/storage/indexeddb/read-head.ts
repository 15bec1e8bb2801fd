import { AnnalsError } from '../../base/errors.ts'
import type { ConfirmedHead } from '../port.ts'
import { CONFIRMED_KEY, HEAD_KEY, type Head, type StoredHead, type Tx } from './disk.ts'

/** `storage/corrupt` when it is not there: it is made together with the database. */
export async function readHead(tx: Tx<'readonly' | 'readwrite'>, name: string): Promise<Head> {
  const [head, confirmed] = await tx.objectStore('meta').getAll(IDBKeyRange.bound(HEAD_KEY, CONFIRMED_KEY))
  if (head !== undefined && confirmed !== undefined) {
    return { ...(head as StoredHead), confirmed: confirmed as ConfirmedHead }
  }
  const message = `Database "${name}" has lost its head. Restore it from the remote or a backup.`
  throw new AnnalsError('storage/corrupt', message, { name })
}

import { AnnalsError } from '../../base/errors.ts'
import { HEAD_KEY, type Head, type Tx } from './disk.ts'

/** `storage/corrupt` when it is not there: it is made together with the database. */
export async function readHead(tx: Tx<'readonly' | 'readwrite'>, name: string): Promise<Head> {
  const head = (await tx.objectStore('meta').get(HEAD_KEY)) as Head | undefined
  if (head !== undefined) return head
  const message = `Database "${name}" has lost its head. Restore it from the remote or a backup.`
  throw new AnnalsError('storage/corrupt', message, { name })
}

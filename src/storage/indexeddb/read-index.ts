import { AnnalsError } from '../../base/errors.ts'
import type { IndexRoot } from '../port.ts'
import type { Connection } from './connection.ts'
import { HEAD_KEY, ROOT_KEY, type StoredIndexHead, type Tx } from './disk.ts'
import { storageError } from './storage-error.ts'

type AnyTx = Tx<'readonly' | 'readwrite'>

/** undefined when it was lost: it is made together with the store. */
export async function readIndexHead(tx: AnyTx): Promise<StoredIndexHead | undefined> {
  return (await tx.objectStore('index').get(HEAD_KEY)) as StoredIndexHead | undefined
}

/** The root as the port shows it: a lost one without a body. */
export async function readStoredRoot(tx: AnyTx): Promise<IndexRoot | undefined> {
  const root = tx.objectStore('index').get(ROOT_KEY) as Promise<IndexRoot | undefined>
  const [found, head] = await Promise.all([root, readIndexHead(tx)])
  if (found !== undefined) return found
  const neverMade = head !== undefined && head.rootT === undefined
  return neverMade ? undefined : { body: new Uint8Array(), t: head?.rootT ?? 0 }
}

export function readRoot(connection: Connection): Promise<IndexRoot | undefined> {
  return connection.run('reading its root', {
    stores: ['index'],
    mode: 'readonly',
    durability: 'default',
    work: readStoredRoot,
  })
}

/** Many gets at once in one transaction: over keys that lie apart nothing is faster, and a bad one is known by its id. */
export function readSegments(
  connection: Connection,
  name: string,
  ids: readonly number[],
): Promise<readonly (Uint8Array | undefined)[]> {
  const corrupt = (id: number, cause: unknown): never => {
    const error = storageError(cause, name, `reading segment ${id}`)
    if (error.code !== 'storage/corrupt') throw cause
    throw new AnnalsError(error.code, error.message, { ...error.data, what: 'segment', segment: id }, { cause })
  }
  return connection.run('reading segments', {
    stores: ['segments'],
    mode: 'readonly',
    durability: 'default',
    work: (tx) => {
      const store = tx.objectStore('segments')
      return Promise.all(ids.map((id) => store.get(id).catch((e: unknown) => corrupt(id, e))))
    },
  })
}

export function segmentIds(connection: Connection): Promise<readonly number[]> {
  return connection.run('listing segments', {
    stores: ['segments'],
    mode: 'readonly',
    durability: 'default',
    work: (tx) => tx.objectStore('segments').getAllKeys(),
  })
}

import { unwrap } from 'idb'
import { AnnalsError } from '../../base/errors.ts'
import type { IndexRoot } from '../port.ts'
import type { Connection } from './connection.ts'
import { HEAD_KEY, ROOT_KEY, type StoredIndexHead, type Tx } from './disk.ts'
import { errorName, storageError } from './storage-error.ts'

type AnyTx = Tx<'readonly' | 'readwrite'>

/** undefined when it was lost: it is made together with the store. */
export async function readIndexHead(tx: AnyTx): Promise<StoredIndexHead | undefined> {
  return (await tx.objectStore('index').get(HEAD_KEY)) as StoredIndexHead | undefined
}

/** The root as the port shows it: a lost one without a body. */
export async function readStoredRoot(tx: AnyTx): Promise<IndexRoot | undefined> {
  const [found, head] = await Promise.all([readRootRecord(unwrap(tx).objectStore('index')), readIndexHead(tx)])
  if (found !== undefined) return found
  const neverMade = head !== undefined && head.rootT === undefined
  return neverMade ? undefined : { body: new Uint8Array(), t: head?.rootT ?? 0 }
}

/** A root that the browser cannot read any more is lost; what else its transaction reads is not. */
function readRootRecord(store: IDBObjectStore): Promise<IndexRoot | undefined> {
  return new Promise((resolve, reject) => {
    const request: IDBRequest<IndexRoot | undefined> = store.get(ROOT_KEY)
    request.onsuccess = () => resolve(request.result)
    request.onerror = (event) => {
      if (errorName(request.error) !== 'NotReadableError') return reject(request.error)
      event.preventDefault() // or the transaction is aborted
      resolve(undefined)
    }
  })
}

/** The root if it reaches beyond `t`; otherwise its bytes are not read. */
export async function readNewerRoot(tx: AnyTx, t: number): Promise<IndexRoot | undefined> {
  const head = await readIndexHead(tx)
  return (head?.rootT ?? 0) > t ? readStoredRoot(tx) : undefined
}

export function readRoot(connection: Connection): Promise<IndexRoot | undefined> {
  return connection.run('reading its root', {
    stores: ['index'],
    mode: 'readonly',
    durability: 'default',
    work: readStoredRoot,
  })
}

/**
 * Many gets at once in one transaction. `getAll` over neighbours is slower in Chromium from some ten segments on, and one bad
 * record fails the whole of it; promises of the idb package take as long again as the gets.
 */
export function readSegments(
  connection: Connection,
  name: string,
  ids: readonly number[],
): Promise<readonly (Uint8Array | undefined)[]> {
  return connection.run('reading segments', {
    stores: ['segments'],
    mode: 'readonly',
    durability: 'default',
    work: (tx) => {
      const store = unwrap(tx).objectStore('segments')
      return Promise.all(ids.map((id) => readSegment(store, name, id)))
    },
  })
}

function readSegment(store: IDBObjectStore, name: string, id: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const request: IDBRequest<Uint8Array | undefined> = store.get(id)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(segmentError(request.error, name, id))
  })
}

/** `storage/corrupt` names the segment; what is no damage stays as it is, for whoever opens a lost handle again. */
function segmentError(cause: unknown, name: string, segment: number): unknown {
  const { code, message, data } = storageError(cause, name, `reading segment ${segment}`)
  return code === 'storage/corrupt'
    ? new AnnalsError(code, message, { ...data, what: 'segment', segment }, { cause })
    : cause
}

export function segmentIds(connection: Connection): Promise<readonly number[]> {
  return connection.run('listing segments', {
    stores: ['segments'],
    mode: 'readonly',
    durability: 'default',
    work: (tx) => tx.objectStore('segments').getAllKeys(),
  })
}

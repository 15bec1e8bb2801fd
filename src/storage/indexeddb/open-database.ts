import { AnnalsError } from '../../base/errors.ts'
import { closedError } from '../closed.ts'
import { randomEpoch } from '../random-epoch.ts'
import { DATABASE_VERSION, databaseName, upgradeStores } from './disk.ts'
import { storageError } from './storage-error.ts'

export interface Place {
  readonly factory: IDBFactory
  /** Milliseconds that opening or removing a database may take before it is called blocked. */
  readonly patience: number
  /** Called when a database was not there, and was made. */
  readonly onCreated: (name: string) => void
}

interface OpenOptions {
  /** False: a database that is not there is `storage/closed`, and stays away. */
  readonly create: boolean
  /** The handle is of no more use: another tab wants the database gone, or the browser took it away. */
  readonly onLost: () => void
}

/** Opens the database. `storage/blocked` when it takes longer than patience; a handle that comes later is closed. */
export function openDatabase(place: Place, name: string, { create, onLost }: OpenOptions): Promise<IDBDatabase> {
  let absent = false
  let created = false
  const begin = (): IDBOpenDBRequest => {
    const request = place.factory.open(databaseName(name), DATABASE_VERSION)
    request.onupgradeneeded = ({ oldVersion }) => {
      const tx = request.transaction as IDBTransaction
      absent = !create && oldVersion === 0
      created = create && oldVersion === 0
      if (absent) tx.abort()
      else upgradeStores(tx, oldVersion, randomEpoch())
    }
    return request
  }
  const adopt = (db: IDBDatabase): void => {
    // Staying open would block whoever deletes the database.
    db.onversionchange = () => {
      db.close()
      onLost()
    }
    db.onclose = onLost
    if (created) place.onCreated(name)
  }
  return answered(place, name, 'opening it', begin, { adopt, late: (db) => db.close() }).catch((e: unknown) => {
    throw absent ? closedError(name, 'destroyed') : e
  })
}

/** Removes the database. `storage/blocked` when somebody holds it longer than patience; it goes when they let go. */
export async function deleteDatabase(place: Place, name: string): Promise<void> {
  await answered(place, name, 'removing it', () => place.factory.deleteDatabase(databaseName(name)))
}

interface Uses<T> {
  /** Sees the result before anything else can happen to it. */
  adopt(result: T): void
  /** Gets a result that nobody waits for any more. */
  late(result: T): void
}

/** The request's result, or a coded error. */
function answered<T>(
  { patience }: Place,
  name: string,
  doing: string,
  begin: () => IDBRequest<T>,
  uses?: Uses<T>,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let waiting = true
    const request = begin()
    // Not at the `blocked` event: a tab that has closed its handle may still be finishing a transaction. And an open that
    // waits behind a blocked delete hears no event at all.
    const timer = setTimeout(() => {
      waiting = false
      reject(blockedError(name, doing, patience))
    }, patience)
    request.onsuccess = () => {
      clearTimeout(timer)
      if (!waiting) return uses?.late(request.result)
      uses?.adopt(request.result)
      resolve(request.result)
    }
    request.onerror = () => {
      clearTimeout(timer)
      reject(request.error)
    }
  }).catch((e: unknown) => {
    throw storageError(e, name, doing)
  })
}

function blockedError(name: string, doing: string, ms: number): AnnalsError {
  const message =
    `Database "${name}" did not answer within ${ms} ms while ${doing}: ` +
    'another tab holds it, or the browser is stuck. Close the other tabs of this app and try again.'
  return new AnnalsError('storage/blocked', message, { name, doing, ms })
}

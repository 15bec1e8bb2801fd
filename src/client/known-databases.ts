import type { OpenRequest } from '../api/messages.ts'

/** Kept beside IndexedDB: a browser whose database files break gives an empty database, without a word. */
const keyOf = (request: OpenRequest): string => `annals/known/${JSON.stringify([request.name, request.user])}`

/** Whether this page's origin has had the database before; false too where the browser keeps no such notes. */
export function isKnown(request: OpenRequest): boolean {
  return notes()?.getItem(keyOf(request)) === '1'
}

export function makeKnown(request: OpenRequest): void {
  try {
    notes()?.setItem(keyOf(request), '1')
  } catch {
    // Full: then a loss will not be noticed.
  }
}

/** The database is gone because it was to go. */
export function forget(request: OpenRequest): void {
  notes()?.removeItem(keyOf(request))
}

function notes(): Storage | undefined {
  try {
    return globalThis.localStorage
  } catch {
    return undefined // forbidden here
  }
}

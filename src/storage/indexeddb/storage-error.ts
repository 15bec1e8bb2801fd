import { AnnalsError, type ErrorCode, isAnnalsError } from '../../base/errors.ts'

interface Meaning {
  readonly code: ErrorCode
  readonly says: string
}

const MEANINGS: Readonly<Record<string, Meaning>> = {
  QuotaExceededError: {
    code: 'storage/quota-exceeded',
    says: 'there is no room left; free some, or ask for more with navigator.storage.persist()',
  },
  VersionError: {
    code: 'storage/newer-format',
    says: 'a newer version of this app wrote it; reload to get that version',
  },
  // The specified meaning: the record is there, its bytes are not, and trying again does not help.
  NotReadableError: { code: 'storage/corrupt', says: 'its files are damaged; restore it from the remote or a backup' },
  // A key that the head says is free was taken.
  ConstraintError: { code: 'storage/corrupt', says: 'its log and its head contradict each other' },
  SecurityError: { code: 'storage/unavailable', says: 'the browser does not let this page store anything' },
}

const OTHERWISE: Meaning = { code: 'storage/failed', says: 'the browser gave an error' }

/** What IndexedDB threw as an error with a code; AnnalsErrors as they are. `doing` ends "while …". */
export function storageError(e: unknown, name: string, doing: string): AnnalsError {
  if (isAnnalsError(e)) return e
  const { code, says } = MEANINGS[errorName(e)] ?? OTHERWISE
  const said = e instanceof Error || e instanceof DOMException ? `${e.name}: ${e.message}` : String(e)
  return new AnnalsError(
    code,
    `Database "${name}" failed while ${doing}: ${says} (${said})`,
    { name, doing },
    { cause: e },
  )
}

/** `name` of whatever was thrown; '' when it has none. */
export function errorName(e: unknown): string {
  return typeof e === 'object' && e !== null && 'name' in e && typeof e.name === 'string' ? e.name : ''
}

import { AnnalsError, type ErrorCode, isAnnalsError } from '../../base/errors.ts'

/** Beginnings of the codes that drivers give. */
const MEANINGS: readonly (readonly [ErrorCode, readonly string[]])[] = [
  // libsql | pg (SQLSTATE) | mysql2
  ['storage/blocked', ['SQLITE_BUSY', 'SQLITE_LOCKED', '40001', '40P01', 'ER_LOCK_', 'ER_CHECKREAD']],
  ['storage/quota-exceeded', ['SQLITE_FULL', '53100', 'ER_DISK_FULL']],
  ['storage/corrupt', ['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'XX001', 'XX002', 'ER_NOT_KEYFILE']],
  [
    'storage/unavailable',
    ['SQLITE_CANTOPEN', 'ECONN', 'EPIPE', 'ENOTFOUND', '08', '28', '3D000', '57P', 'ER_ACCESS_DENIED', 'PROTOCOL_CONN'],
  ],
  // The heads were compared before: whoever wrote this row twice is one of us.
  ['internal/assertion', ['SQLITE_CONSTRAINT', '23505', 'ER_DUP_ENTRY']],
]

/** What a driver threw as an error with a code; AnnalsErrors as they are. `doing` ends "while …". */
export function sqlError(e: unknown, doing: string): AnnalsError {
  if (isAnnalsError(e)) return e
  const code = meaningOf(e) ?? 'storage/failed'
  const said = e instanceof Error ? e.message : String(e)
  return new AnnalsError(
    code,
    `The SQL storage failed while ${doing}: ${said}`,
    { doing, sql: codeOf(e) },
    { cause: e },
  )
}

/** What kept the database `name` from being made, whose key is taken although there is none of that name. */
export function notMade(e: unknown, name: string): unknown {
  if (meaningOf(e) !== 'internal/assertion') return e
  const message = `"${name}" cannot be made: to this server, another database has the same name but for spaces at its end`
  return new AnnalsError('storage/failed', message, { name }, { cause: e })
}

/** Somebody else was in the way, and everything was rolled back: trying again is safe, and may help. */
export const isTransient = (e: unknown): boolean => meaningOf(e) === 'storage/blocked'

function meaningOf(e: unknown): ErrorCode | undefined {
  const code = codeOf(e)
  return MEANINGS.find(([, starts]) => starts.some((start) => code.startsWith(start)))?.[0]
}

function codeOf(e: unknown): string {
  return typeof e === 'object' && e !== null && 'code' in e && typeof e.code === 'string' ? e.code : ''
}

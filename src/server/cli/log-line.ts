import { toWireError } from '../../base/errors.ts'
import type { Answered } from '../handler.ts'

export interface Failure {
  readonly database: string
  readonly what: string
  readonly error: unknown
}

/** A failure as one line of JSON. Neither bodies nor tokens are in it. */
export function failureLine({ database, what, error }: Failure): string {
  const { code, message, cause } = toWireError(error)
  const stack = code.startsWith('internal/') && error instanceof Error ? { stack: error.stack } : {}
  return line('error', { database, what, code, message, cause, ...stack })
}

/** An answer as one line of JSON: of what was asked only the database and the message. */
export const answerLine = ({ database, what, status, ms }: Answered): string =>
  line('info', { database, what, status, ms: Math.round(ms * 10) / 10 })

const line = (level: 'error' | 'info', rest: object): string =>
  JSON.stringify({ time: new Date().toISOString(), level, ...rest }, (_, x: unknown) =>
    typeof x === 'string' ? withoutPasswords(x) : x,
  )

/** Drivers may quote the URL that they were given, and passwords in it may hold an @ or a / as it is: all to the last @ goes. */
const withoutPasswords = (text: string): string => text.replace(/\/\/(?:[^/\s@:]*:\S*|[^/\s@]*)@/g, '//…@')

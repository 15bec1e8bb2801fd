import { toWireError } from '../../base/errors.ts'

export interface LogEntry {
  readonly database: string
  readonly what: string
  readonly error: unknown
}

/** A failure as one line of JSON. Neither bodies nor tokens are in it. */
export function logLine({ database, what, error }: LogEntry): string {
  const { code, message, cause } = toWireError(error)
  const stack = code.startsWith('internal/') && error instanceof Error ? { stack: error.stack } : {}
  return JSON.stringify({
    time: new Date().toISOString(),
    level: 'error',
    database,
    what,
    code,
    message,
    cause,
    ...stack,
  })
}

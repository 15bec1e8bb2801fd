import { AnnalsError } from '../base/errors.ts'

export const MESSAGES = ['hello', 'register', 'push', 'pull', 'follow', 'adopt', 'excise', 'refusals'] as const
export type Message = (typeof MESSAGES)[number]

/** What a request is about. */
export interface Target {
  readonly database: string
  readonly message: Message
}

const PATH = new RegExp(`/([^/]+)/(${MESSAGES.join('|')})$`)
/** Names of databases: letters, digits, `.`, `_`, `-`; not starting with a dot. */
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/

export const isDatabaseName = (name: string): boolean => NAME.test(name)

/** Throws `http/not-found` for a path that is none of the protocol's, `http/bad-request` for a bad name. */
export function readTarget(url: string): Target {
  const [, database, message] = PATH.exec(new URL(url).pathname) ?? []
  if (database === undefined || message === undefined) {
    throw new AnnalsError('http/not-found', `paths end in /<database>/ and one of ${MESSAGES.join(', ')}`, {})
  }
  if (isDatabaseName(database)) return { database, message: message as Message }
  const wanted = 'a database is named by up to 128 letters, digits, dots, dashes and underscores'
  throw new AnnalsError('http/bad-request', wanted, {})
}

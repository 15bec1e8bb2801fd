import { isDatabaseName } from '../target.ts'

/** Where a database is: at a running server, or in a storage that this process opens itself. */
export type Place =
  | { readonly kind: 'server'; readonly url: string }
  | { readonly kind: 'storage'; readonly storage: string; readonly database: string }

const STORAGE = /^(sqlite:.+|postgres(ql)?:\/\/.+|(mysql|mariadb):\/\/.+)$/

/** Throws an Error for people. */
export function readPlace(where: string, database: string | undefined): Place {
  if (/^https?:\/\//.test(where)) {
    if (!URL.canParse(where)) throw new Error(`${where} is no URL`)
    const { username, password, search, hash } = new URL(where)
    if (username + password !== '') throw new Error('a URL carries no user: give a token in ANNALS_TOKEN')
    if (search + hash !== '') throw new Error(`the URL of a database ends in its name, got ${search}${hash} after it`)
    if (database !== undefined) throw new Error('the URL of a server names its database itself: leave --database out')
    return { kind: 'server', url: where.replace(/\/+$/, '') }
  }
  if (!STORAGE.test(where)) throw new Error(`${where} is neither the URL of a server nor a storage`)
  if (database === undefined) throw new Error('a storage holds many databases: say which with --database')
  if (!isDatabaseName(database)) {
    throw new Error(`a database is named by letters, digits, dots, dashes and underscores, got ${database}`)
  }
  return { kind: 'storage', storage: where, database }
}

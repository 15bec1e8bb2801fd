import type { Connection } from '../api/connection.ts'
import type { Functions } from '../api/functions.ts'
import type { SchemaDef } from '../api/schema.ts'
import { AnnalsError } from '../base/errors.ts'
import { askToPersist } from './browser-storage.ts'
import { type ConnectOptions, checkConnect, fingerprint, openRequest } from './connect-options.ts'
import { hostOf } from './hosts.ts'
import { PageConnection } from './page-connection.ts'

interface Shared {
  readonly fingerprint: string | undefined
  readonly connection: Promise<Connection>
  holders: number
}

/** By name and user. */
const connections = new Map<string, Shared>()

/**
 * Opens a database of this browser by its name, in a Web Worker. A page has one connection per name and user: to connect again
 * with equal options shares it, and it closes when it was closed as often; other options reject with
 * `client/already-connected`. All databases share one worker, unless they bring different ones.
 *
 * The first connection of a page asks the browser to keep this origin's data (`navigator.storage.persist()`). A database that
 * was here before and is gone is told in `health`, as `storage/lost`.
 *
 * Rejects with `client/no-worker` where there are no workers, `client/worker-failed`, `client/bad-option`, `schema/mismatch`,
 * or an error of area `storage`.
 */
export async function connect<const S extends SchemaDef = SchemaDef, F extends Functions = Functions>(
  name: string,
  options: ConnectOptions<S, F> = {},
): Promise<Connection<S, F>> {
  checkConnect(name, options)
  const request = openRequest(name, options)
  const mark = fingerprint(request, options)
  const key = keyOf(name, options.user)
  const known = connections.get(key)
  if (known !== undefined) {
    if (known.fingerprint !== mark)
      throw alreadyConnected(name, options.user, ' with other options: close that first, or use the same')
    known.holders++
    return known.connection as Promise<Connection<S, F>>
  }
  const host = hostOf(options.worker)

  askToPersist()
  const release = (): boolean => {
    if (--shared.holders > 0) return false
    if (connections.get(key) === shared) connections.delete(key)
    return true
  }
  const auth = options.sync?.auth
  const connection = new PageConnection(host, { request, ...(auth && { auth }) }, release)
  const shared: Shared = { fingerprint: mark, holders: 1, connection: connection.settle().then(() => connection) }
  connections.set(key, shared)
  try {
    return (await shared.connection) as Connection<S, F>
  } catch (error) {
    shared.holders = 1 // whoever waited too is told the same
    await connection.close()
    throw error
  }
}

const keyOf = (name: string, user: string | undefined): string => JSON.stringify([name, user])

/** Whether this page has the database open. */
export const isConnected = (name: string, user: string | undefined): boolean => connections.has(keyOf(name, user))

/** `rest`: in what way, and what to do. */
export const alreadyConnected = (name: string, user: string | undefined, rest: string): AnnalsError =>
  new AnnalsError(
    'client/already-connected',
    `this page is connected to ${name}${user === undefined ? '' : ` of ${user}`}${rest}`,
    { name, ...(user !== undefined && { user }) },
  )

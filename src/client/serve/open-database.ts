import type { OpenRequest } from '../../api/messages.ts'
import type { EngineConnection } from '../../engine/connection.ts'
import type { LocalStorage } from '../../storage/port.ts'
import type { Leadership } from './leadership.ts'

/** What opening a database may use of the worker it is opened in. */
export interface Surroundings {
  /** Asks the page for the bearer token of this connection's remote. */
  readonly auth: () => Promise<string | undefined>
  readonly leadership: Leadership
  /** To be called when the database was not there, and was made. */
  readonly onCreated: () => void
}

/** Opens the database that a page asks for. */
export type OpenDatabase = (request: OpenRequest, surroundings: Surroundings) => Promise<EngineConnection>

/** The databases of a worker. */
export interface Databases {
  readonly open: OpenDatabase
  /** Where they lie. */
  readonly storage: LocalStorage
  /** Makes what was acknowledged outlive a power cut; runs when the page is hidden. */
  readonly harden?: () => Promise<void>
}

/** The name of the one local store of a database and user: no two pairs share one. */
export const storeName = ({ name, user }: OpenRequest): string =>
  user === undefined ? encodeURIComponent(name) : `${encodeURIComponent(name)}@${encodeURIComponent(user)}`

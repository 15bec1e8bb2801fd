import { AnnalsError } from '../base/errors.ts'

/** What a request may do with a database. */
export interface Access {
  /** Who it is, as it is written into transactions (`tx/user`); absent for nobody in particular. A replica belongs to one. */
  readonly principal?: string
  /** All of the database, its past included. */
  readonly read: boolean
  readonly write: boolean
  /** May append records that were decided elsewhere (restore), whoever they name. Default false. */
  readonly admin?: boolean
}

/** Says what `request` may do with the database `name`; undefined for an unknown caller (401). */
export type Authorize = (request: Request, name: string) => Access | undefined | Promise<Access | undefined>

const EVERYTHING: Access = { read: true, write: true, admin: true }

/** Characters of a principal's name: as many as storages keep of it. */
const MAX_PRINCIPAL = 255

export interface Granted {
  readonly principal: string
  readonly write: boolean
}

/** What the request was granted. Throws `sync/unauthorized` with the status to answer. */
export async function grant(
  authorize: Authorize | undefined,
  request: Request,
  name: string,
  need: 'read' | 'write' | 'admin',
): Promise<Granted> {
  const access = authorize === undefined ? EVERYTHING : await authorize(request, name)
  // whoever has no types may well say null or false
  if (!access) {
    throw new AnnalsError(
      'sync/unauthorized',
      'the server does not know who is asking: the token is missing or has expired',
      {
        status: 401,
      },
    )
  }
  const principal = access.principal ?? ''
  if (typeof principal !== 'string' || !principal.isWellFormed() || principal.length > MAX_PRINCIPAL) {
    throw new TypeError(`authorize gave a principal that is no text of at most ${MAX_PRINCIPAL} characters`)
  }
  if (!access[need] || !access.read) {
    throw new AnnalsError('sync/unauthorized', `${principal || 'this caller'} may not ${need} the database ${name}`, {
      status: 403,
    })
  }
  return { principal, write: access.write }
}

import type { Durability } from '../api/durability.ts'
import type { Functions } from '../api/functions.ts'
import type { OpenRequest } from '../api/messages.ts'
import type { SchemaDef } from '../api/schema.ts'
import type { SyncOptions } from '../api/sync.ts'
import { ANYTHING, COUNT, checkName, checkOptions, FUNCTION, NAME, type OptionKind } from '../base/check-options.ts'
import { AnnalsError } from '../base/errors.ts'
import { plainKeyIfAny } from '../base/plain-key.ts'

export interface ConnectOptions<S extends SchemaDef = SchemaDef, F extends Functions = Functions> {
  /** What the code expects: what is missing is installed, what contradicts it rejects with `schema/mismatch`. */
  readonly schema?: S
  /** Whose copy of the database this is. Each user has a store of their own, whose queue nobody else sees or sends. */
  readonly user?: string
  /** The remote log to keep in step with; absent for a database of this browser alone. */
  readonly sync?: SyncOptions
  /** Gives the types of the transaction functions, which live in the worker: so `worker` must be given too. */
  readonly functions?: F
  /** Starts the application's own worker, one that calls `serve`; default the library's. Called again should that one die. */
  readonly worker?: () => Worker
  /**
   * What a transaction survives once its promise resolved. Default `relaxed`: at once the end of tab, worker and browser; a power
   * cut or a crash of the operating system within a second, or as soon as the page is hidden. `strict`: all of it at once, at the
   * price of a wait for the disk, a few milliseconds on a laptop and tens of them on some phones.
   */
  readonly durability?: Durability
  /**
   * Bytes of index segments that the worker keeps in memory for this database, roughly; default 32 MiB. Less costs reads, never
   * answers. What of it is used: `conn.stats()`.
   */
  readonly cacheBytes?: number
}

const SYNC: OptionKind = {
  want: "{ url: '/sync/…', auth? }, auth a function that returns a token",
  is: (x) => {
    const { url, auth } = (x ?? {}) as Partial<SyncOptions>
    const isUrl = typeof url === 'string' && url !== '' && URL.canParse(url, 'https://localhost')
    return isUrl && (auth === undefined || typeof auth === 'function')
  },
}
const DURABILITY: OptionKind = { want: "'relaxed' or 'strict'", is: (x) => x === 'relaxed' || x === 'strict' }
/** Which of a browser's databases is meant. */
export const STORED_OPTIONS = { user: NAME, worker: FUNCTION }
const CONNECT_OPTIONS = {
  ...STORED_OPTIONS,
  schema: ANYTHING,
  sync: SYNC,
  functions: ANYTHING,
  durability: DURABILITY,
  cacheBytes: COUNT,
}
type Kinds = typeof STORED_OPTIONS

/** Throws `client/bad-option` naming what is wrong with the options of `call`, which has those of `kinds`. */
export function checkStored(call: string, name: string, options: object, kinds: Kinds = STORED_OPTIONS): void {
  checkName(call, name, 'client/bad-option')
  checkOptions(call, options, kinds, 'client/bad-option')
}

/** As {@link checkStored}, with what `connect` takes. */
export function checkConnect(name: string, options: ConnectOptions): void {
  checkStored('connect', name, options, CONNECT_OPTIONS)
  if (options.functions === undefined || options.worker !== undefined) return
  const recipe = "worker: () => new Worker(new URL('./db.worker.ts', import.meta.url), { type: 'module' })"
  const message = `connect: functions wants the worker that runs them: ${recipe}`
  throw new AnnalsError('client/bad-option', message, { option: 'functions' })
}

/** What the worker is told. */
export function openRequest(name: string, { user, schema, sync, durability, cacheBytes }: ConnectOptions): OpenRequest {
  return {
    name,
    ...(user !== undefined && { user }),
    ...(schema !== undefined && { schema }),
    ...(sync !== undefined && { sync: { url: absolute(sync.url) } }),
    ...(durability !== undefined && { durability }),
    ...(cacheBytes !== undefined && { cacheBytes }),
  }
}

/** A worker reads a relative URL as its own script's neighbour, not the page's. */
const absolute = (url: string): string => (typeof document === 'undefined' ? url : new URL(url, document.baseURI).href)

/** Equal for options that may share a connection. Functions are not compared: a component makes them anew each time. */
export const fingerprint = (request: OpenRequest, options: ConnectOptions): string | undefined =>
  plainKeyIfAny([request, options.worker !== undefined, options.sync?.auth !== undefined])

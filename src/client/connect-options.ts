import type { Durability } from '../api/durability.ts'
import type { Functions } from '../api/functions.ts'
import type { OpenRequest } from '../api/messages.ts'
import type { SchemaDef } from '../api/schema.ts'
import type { SyncOptions } from '../api/sync.ts'
import { checkOptionNames } from '../base/check-option-names.ts'
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

export const CONNECT_OPTIONS = ['schema', 'user', 'sync', 'functions', 'worker', 'durability', 'cacheBytes']

/** Throws `client/bad-option` naming what is wrong with the options of `call`, which has those that are `known`. */
export function checkOptions(call: string, known: readonly string[], name: string, options: ConnectOptions): void {
  checkOptionNames(call, options, known, 'client/bad-option')
  const { user, sync, functions, worker, durability, cacheBytes } = options
  const wants = (ok: boolean, option: string, want: string): void => {
    if (!ok) throw new AnnalsError('client/bad-option', `${call}: ${option} wants ${want}`, { option })
  }
  wants(isName(name), 'name', 'a text that is not empty')
  wants(user === undefined || isName(user), 'user', 'a text that is not empty; leave it out for nobody in particular')
  const isUrl = typeof sync?.url === 'string' && sync.url !== '' && URL.canParse(sync.url, 'https://localhost')
  wants(sync === undefined || isUrl, 'sync', "{ url: '/sync/…', auth? }")
  wants(sync?.auth === undefined || typeof sync.auth === 'function', 'sync.auth', 'a function that returns a token')
  wants(worker === undefined || typeof worker === 'function', 'worker', 'a function that starts and returns a Worker')
  wants(durability === undefined || ['relaxed', 'strict'].includes(durability), 'durability', "'relaxed' or 'strict'")
  const isBytes = cacheBytes === undefined || (Number.isSafeInteger(cacheBytes) && cacheBytes >= 0)
  wants(isBytes, 'cacheBytes', 'a number of bytes from 0')
  const recipe =
    "the worker that runs them: worker: () => new Worker(new URL('./db.worker.ts', import.meta.url), { type: 'module' })"
  wants(functions === undefined || worker !== undefined, 'functions', recipe)
}

/** A name is part of the store's name, which must be the same on every device: half a character is none. */
const isName = (x: unknown): boolean => typeof x === 'string' && x !== '' && !/\p{Surrogate}/u.test(x)

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

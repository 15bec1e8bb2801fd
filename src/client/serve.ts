import { type Endpoint, transfer } from 'comlink'
import type { Db, Query, QueryOptions, TimePoint } from '../api/db.ts'
import type {
  DbRef,
  Hello,
  LiveRequest,
  Opened,
  OpenRequest,
  PageCalls,
  Protocol,
  WireInput,
  WireQueryOptions,
  WorkerCalls,
} from '../api/messages.ts'
import { AnnalsError, toAnnalsError, toWireError } from '../base/errors.ts'
import { DbHandle } from '../engine/handle.ts'
import { restore } from '../engine/restore.ts'
import { answerCalls, type Caller, callerOf, type Handlers, type NotSent } from './calls.ts'
import { gathered } from './gathered-endpoint.ts'
import { Backups } from './serve/backups.ts'
import { destroyDatabase } from './serve/destroy-database.ts'
import { Leadership } from './serve/leadership.ts'
import { holdLifeLock } from './serve/life-lock.ts'
import { type Databases, storeName } from './serve/open-database.ts'
import { packRows } from './serve/pack-rows.ts'
import { ServedConnection } from './serve/served-connection.ts'
import { unpackElements } from './serve/unpack-elements.ts'

const PROTOCOL: Protocol = 3

/** What an app makes of values may be anything, and an answer may be nested deeper than can be copied. */
const notSent: NotSent = (op, _, { refused }) =>
  new AnnalsError('internal/unexpected', `${op} could not cross to the page: ${refused}`, { op })

/** Keeps their channels from being collected while they are in use. */
const servers = new Set<Server>()

/** Answers a page's calls at the other end of `channel`: all that a database worker does. */
export function serveAt(channel: Endpoint, databases: Databases): void {
  const endpoint = gathered(channel)
  const server = new Server(callerOf<PageCalls>(endpoint, notSent), databases)
  servers.add(server)
  answerCalls<WorkerCalls>(endpoint, server.calls, () => server.flush())
}

class Server {
  readonly #connections = new Map<number, ServedConnection>()
  readonly #cancels = new Map<number, AbortController>()
  readonly #leadership = new Leadership()
  readonly #backups = new Backups()
  #life: ReturnType<typeof holdLifeLock> | undefined

  constructor(
    private readonly page: Caller<PageCalls>,
    private readonly databases: Databases,
  ) {}

  readonly calls: Handlers<WorkerCalls> = {
    hello: () => this.#hello(),
    ping: () => undefined,
    pause: () => this.#pause(),
    resume: () => {
      this.#leadership.resume()
      for (const { connection } of this.#connections.values()) connection.wake()
      return this.#hello()
    },
    harden: () => this.databases.harden?.(),
    open: (connection, request) => this.#open(connection, request),
    close: (connection) => this.#close(connection),
    release: (tokens) => {
      for (const { kept } of this.#connections.values()) kept.release(tokens)
    },
    cancel: (ticket) => this.#cancels.get(ticket)?.abort(),

    q: (db, query, inputs, options) =>
      this.#cancellable(options, async (o) => packRows(await columnsOf(this.#db(db), query, this.#inputs(inputs), o))),
    pullMany: (db, pattern, entities, options) =>
      this.#cancellable(options, (o) => this.#db(db).pullMany(pattern, entities, o)),
    datoms: async (db, index, components) => packRows(await this.#db(db).datoms(index, ...components)),
    seek: async (db, index, components, reverse) => {
      const value = this.#db(db)
      return packRows(
        await (reverse ? value.rseekDatoms(index, ...components) : value.seekDatoms(index, ...components)),
      )
    },
    indexRange: async (db, attribute, start, end, options) =>
      packRows(await this.#db(db).indexRange(attribute, start, end, options)),
    indexPull: (db, request) => this.#db(db).indexPull(request),
    entid: (db, entity) => this.#db(db).entid(entity),
    explain: (db, query, inputs, options) =>
      this.#cancellable(options, (o) => this.#db(db).explain(query, this.#inputs(inputs), o)),
    with: async (db, txData) => {
      const { kept } = this.#served(db.connection)
      const { dbAfter, dbBefore: _, ...rest } = await seenBy(kept.findWhole(db.value), db).with(txData)
      return { ...rest, dbAfter: kept.keepSpeculative(dbAfter) }
    },

    transact: async (connection, txData, options) => {
      const served = this.#served(connection)
      return served.report(await served.connection.transact(txData, options))
    },
    import: async (connection, elements) => {
      const { failed, ...done } = await this.#connection(connection).importStep(...unpackElements(elements))
      return { ...done, ...(failed && { failed: { ...failed, error: toWireError(failed.error) } }) }
    },
    undo: (connection, target, options) => this.#connection(connection).undo(target, options),
    planUndo: (connection, target) => this.#connection(connection).planUndo(target),
    excise: (connection, target, options) => this.#connection(connection).excise(target, options),
    migrate: (connection, migrations) => this.#connection(connection).migrate(migrations),
    log: async (connection, page) => {
      const entries = []
      for await (const entry of this.#connection(connection).log(page)) entries.push(entry)
      return entries
    },
    stats: (connection) => this.#connection(connection).stats(),
    exportBegin: (number, options) => {
      const connection = this.#connection(number)
      return this.#backups.beginExport(connection, connection.export(options))
    },
    exportNext: (ticket) => this.#backups.nextPiece(ticket),
    exportEnd: (ticket) => this.#backups.endExport(ticket),
    restoreBegin: (request) =>
      this.#backups.beginRestore((bytes) => restore(storeName(request), bytes, { storage: this.databases.storage })),
    restoreNext: (ticket, bytes) => this.#backups.put(ticket, bytes),
    restoreEnd: (ticket, isCut) => this.#backups.endRestore(ticket, isCut),
    destroy: (request, discard) => destroyDatabase(this.databases.storage, storeName(request), discard),
    watch: (connection, live, request) => this.#watch(connection, live, request),
    unwatch: (connection, live) => this.#served(connection).unwatch(live),

    pending: (connection) => this.#connection(connection).sync.pending(),
    rejected: (connection) => this.#connection(connection).sync.rejected(),
    retry: (connection, id) => this.#connection(connection).sync.retry(id),
    amend: (connection, id, txData) => this.#connection(connection).sync.amend(id, txData),
    withdraw: (connection, id) => this.#connection(connection).sync.withdraw(id),
    settled: (connection, id) => this.#connection(connection).sync.settled(id),
    flush: (connection) => this.#connection(connection).sync.flush(),
    setOnline: (connection, online) => this.#connection(connection).sync.setOnline(online),
  }

  /** Before an answer leaves, the page is told of what has changed: who has transacted finds it in the newest value. */
  flush(): void {
    for (const served of this.#connections.values()) served.flush()
  }

  async #hello(): Promise<Hello> {
    this.#life ??= holdLifeLock()
    const life = await this.#life
    return { protocol: PROTOCOL, ...(life && { lock: life.name }) }
  }

  async #pause(): Promise<void> {
    const life = await this.#life
    this.#life = undefined
    life?.release()
    await this.#leadership.pause()
  }

  async #open(number: number, request: OpenRequest): Promise<Opened> {
    const auth = (): Promise<string | undefined> => this.page('auth', [number])
    let created = false
    const onCreated = (): void => {
      created = true
    }
    const connection = await this.databases.open(request, { auth, leadership: this.#leadership, onCreated })
    const served: ServedConnection = new ServedConnection(number, connection, (event, buffers) => {
      // Nobody waits for the page to have seen it; a page that is gone takes this worker with it.
      this.page('changed', transfer([event], [...buffers])).catch((e: unknown) =>
        served.unsent(event, toAnnalsError(e)),
      )
    })
    this.#connections.set(number, served)
    return { created }
  }

  async #close(number: number): Promise<void> {
    const served = this.#connections.get(number)
    this.#connections.delete(number)
    if (served === undefined) return
    await this.#backups.leave(served.connection)
    await served.close()
  }

  #watch(number: number, live: number, request: LiveRequest): void {
    const served = this.#served(number)
    const { connection } = served
    const query =
      request.kind === 'q'
        ? connection.live(request.query, this.#inputs(request.inputs), request.options)
        : connection.livePull(request.pattern, request.entity)
    served.watch(live, query)
  }

  /** Runs what the page may cancel. */
  async #cancellable<T>(
    { ticket, ...options }: WireQueryOptions,
    run: (options: QueryOptions) => Promise<T>,
  ): Promise<T> {
    if (ticket === undefined) return run(options)
    const cancel = new AbortController()
    this.#cancels.set(ticket, cancel)
    try {
      return await run({ ...options, signal: cancel.signal })
    } finally {
      this.#cancels.delete(ticket)
    }
  }

  #served(number: number): ServedConnection {
    const served = this.#connections.get(number)
    if (served !== undefined) return served
    throw new AnnalsError(
      'client/unknown-handle',
      'the database of this value or connection is not open in this worker',
    )
  }

  readonly #connection = (number: number) => this.#served(number).connection

  #db(ref: DbRef): Db {
    return seenBy(this.#served(ref.connection).kept.find(ref.value), ref)
  }

  #inputs(inputs: readonly WireInput[]): readonly unknown[] {
    return inputs.map((x) => ('value' in x ? this.#db(x) : x[0]))
  }
}

/** What `query` finds, by columns where that saves making rows which are taken apart again. */
const columnsOf = (db: Db, query: Query, inputs: readonly unknown[], options: QueryOptions): Promise<unknown> =>
  db instanceof DbHandle ? db.qColumns(query, inputs, options) : db.q(query, inputs, options)

/** `db` through the views of `ref`. */
const seenBy = (db: Db, { view }: DbRef): Db => view.reduce((seen, [name, point]) => seen[name](point as TimePoint), db)

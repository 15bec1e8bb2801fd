import { assert } from '../base/assert.ts'
import { closedError } from './closed.ts'
import { rewrittenRow } from './local-commit.ts'
import { ownLogRow } from './own-rows.ts'
import type {
  AliasRow,
  LeaseRow,
  LogRow,
  OutcomeRow,
  RemoteCommit,
  RemoteHead,
  RemoteStorage,
  RemoteStore,
  ReplicaRow,
} from './port.ts'
import { randomEpoch } from './random-epoch.ts'
import { checkRemoteCommit, headAfter, headMeets, replicaMayBecome } from './remote-commit.ts'
import { Watchers } from './watchers.ts'

/** Remote logs that live as long as the returned object, for tests and for servers that may forget. */
export function memoryRemote(): RemoteStorage {
  const databases = new Map<string, Database>()
  let closed = false
  return {
    async open(name) {
      if (closed) throw closedError(name, 'closed')
      const database = databases.get(name) ?? new Database()
      databases.set(name, database)
      return new MemoryRemoteStore(name, database, () => closed)
    },
    async close() {
      closed = true
    },
  }
}

class Database {
  head: RemoteHead = { t: 0, hash: '', epoch: randomEpoch(), nextId: 0, excisions: 0 }
  /** The row of `t` at `t - 1`. */
  readonly log: LogRow[] = []
  /** The t of each, in order. */
  readonly excisions: number[] = []
  readonly txids = new Set<string>()
  readonly outcomes = new Map<string, OutcomeRow>()
  readonly replicas = new Map<string, ReplicaRow>()
  readonly leases: LeaseRow[] = []
  /** By replica and id. */
  readonly aliases = new Map<string, AliasRow>()
  readonly watchers = new Watchers()
}

const aliasKey = ({ replica, id }: Pick<AliasRow, 'replica' | 'id'>): string => `${id} ${replica}`

class MemoryRemoteStore implements RemoteStore {
  readonly #name: string
  readonly #database: Database
  readonly #storageClosed: () => boolean
  #closed = false

  constructor(name: string, database: Database, storageClosed: () => boolean) {
    this.#name = name
    this.#database = database
    this.#storageClosed = storageClosed
  }

  async head(): Promise<RemoteHead> {
    return this.#live().head
  }

  async readLog(from: number, limit = Number.POSITIVE_INFINITY): Promise<readonly LogRow[]> {
    const start = Math.max(from, 1) - 1
    return this.#live()
      .log.slice(start, start + Math.max(limit, 0))
      .map(ownLogRow)
  }

  async outcomes(txids: readonly string[]): Promise<ReadonlyMap<string, OutcomeRow>> {
    const { outcomes } = this.#live()
    const found = txids.flatMap((txid) => outcomes.get(txid) ?? [])
    return new Map(found.map((row) => [row.txid, row]))
  }

  async replicas(ids: readonly string[]): Promise<ReadonlyMap<string, ReplicaRow>> {
    const { replicas } = this.#live()
    const found = ids.flatMap((id) => replicas.get(id) ?? [])
    return new Map(found.map((row) => [row.replica, row]))
  }

  async leases(replicas: readonly string[]): Promise<readonly LeaseRow[]> {
    return this.#live().leases.filter((row) => replicas.includes(row.replica))
  }

  async aliases(replicas: readonly string[], ids?: readonly number[]): Promise<readonly AliasRow[]> {
    const { aliases } = this.#live()
    if (ids === undefined) return [...aliases.values()].filter((row) => replicas.includes(row.replica))
    return replicas.flatMap((replica) => ids.flatMap((id) => aliases.get(aliasKey({ replica, id })) ?? []))
  }

  async refusals(limit: number): Promise<readonly OutcomeRow[]> {
    const refused = [...this.#live().outcomes.values()].filter(({ code }) => code !== undefined && code !== 'withdrawn')
    const byPlace = (a: OutcomeRow, b: OutcomeRow): number =>
      a.replica === b.replica ? a.seq - b.seq : a.replica < b.replica ? -1 : 1
    return refused.sort(byPlace).slice(0, limit)
  }

  async excisions(after: number): Promise<readonly number[]> {
    return this.#live().excisions.slice(after)
  }

  async commit(change: RemoteCommit): Promise<'committed' | 'lost'> {
    const database = this.#live()
    checkRemoteCommit(change)
    const { replicas = [], outcomes = [] } = change
    if (!headMeets(database.head, change.expect)) return 'lost'
    if (outcomes.some(({ txid }) => database.outcomes.has(txid))) return 'lost'
    if (!replicas.every((row) => replicaMayBecome(database.replicas.get(row.replica), row))) return 'lost'
    checkNew(database, change)
    const rewrite = (change.rewrite ?? []).map((row) => rewrittenRow(database.log[row.t - 1], ownLogRow(row)))
    apply(database, change)
    for (const row of rewrite) database.log[row.t - 1] = row
    if (change.log?.length) database.watchers.tellOthers(this)
    return 'committed'
  }

  watch(listener: () => void): () => void {
    return this.#live().watchers.add(this, listener)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#database.watchers.leave(this)
  }

  #live(): Database {
    if (this.#closed || this.#storageClosed()) throw closedError(this.#name, 'closed')
    return this.#database
  }
}

function checkNew(database: Database, { log = [], aliases = [] }: RemoteCommit): void {
  const txids = new Set<string>()
  for (const { txid } of log) {
    assert(!database.txids.has(txid) && !txids.has(txid), () => `transaction ${txid} is in the log already`)
    txids.add(txid)
  }
  const known = new Set<string>()
  for (const row of aliases) {
    const key = aliasKey(row)
    assert(!database.aliases.has(key) && !known.has(key), () => `id ${row.id} of ${row.replica} has an alias already`)
    known.add(key)
  }
}

function apply(database: Database, change: RemoteCommit): void {
  const { t, hash = database.head.hash, nextId } = headAfter(change)
  if (change.excision !== undefined) {
    database.excisions.push(change.excision)
    for (const [txid, row] of database.outcomes) database.outcomes.set(txid, { ...row, detail: undefined })
  }
  database.head = { ...database.head, t, hash, nextId, excisions: database.excisions.length }
  for (const row of change.log ?? []) {
    database.log.push(ownLogRow(row))
    database.txids.add(row.txid)
  }
  for (const row of change.outcomes ?? []) database.outcomes.set(row.txid, { ...row })
  for (const row of change.aliases ?? []) database.aliases.set(aliasKey(row), { ...row })
  for (const row of change.replicas ?? []) database.replicas.set(row.replica, { ...row })
  for (const row of change.leases ?? []) database.leases.push({ ...row })
}

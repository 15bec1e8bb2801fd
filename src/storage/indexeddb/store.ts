import { Listeners } from '../../base/listeners.ts'
import { changesAnything } from '../local-commit.ts'
import type { IndexCommit, IndexHead, IndexRoot, LocalCommit, LocalState, LocalStore, LogRow } from '../port.ts'
import { commitChange, type SeenHead } from './commit.ts'
import { beginIndexing, commitIndex } from './commit-index.ts'
import { Connection } from './connection.ts'
import { databaseName } from './disk.ts'
import type { Place } from './open-database.ts'
import { Others } from './others.ts'
import { readConfirmedT, readLogRows, readState } from './read.ts'
import { readRoot, readSegments, segmentIds } from './read-index.ts'

/** One open database. Commits and new roots are told to its other stores. */
export class IndexedDbStore implements LocalStore {
  readonly #name: string
  readonly #connection: Connection
  readonly #others: Others
  readonly #watchers = new Listeners<void>()
  readonly #seen: SeenHead = { head: undefined }
  /** The highest `t` that this store has seen in the log: reading less than it is damage. */
  #known = 0

  static async open(place: Place, name: string): Promise<IndexedDbStore> {
    const store = new IndexedDbStore(place, name)
    try {
      await store.#connection.open()
    } catch (e) {
      store.#others.close()
      throw e
    }
    return store
  }

  private constructor(place: Place, name: string) {
    this.#name = name
    const look = (): void => {
      if (!this.#connection.ended) this.#watchers.call()
    }
    this.#others = new Others(databaseName(name), look)
    this.#connection = new Connection(place, name, look)
  }

  async read(rootBeyond?: number, queueBeyond = 0): Promise<LocalState> {
    const state = await readState(this.#connection, this.#name, rootBeyond, queueBeyond, this.#known)
    this.#knows(state.heads.confirmed.t)
    return state
  }

  async readLog(from: number, limit = Number.POSITIVE_INFINITY): Promise<readonly LogRow[]> {
    const first = Math.max(from, 1)
    const rows = await readLogRows(this.#connection, this.#name, first, first + limit - 1, this.#known)
    this.#knows(rows.at(-1)?.t ?? 0)
    return rows
  }

  async commit(change: LocalCommit): Promise<'committed' | 'lost'> {
    if (change.durability === 'strict') this.#others.flush() // the page may be about to go
    const outcome = await commitChange(this.#connection, this.#name, change, this.#seen)
    if (outcome === 'committed') {
      this.#knows(change.log?.at(-1)?.t ?? 0)
      if (changesAnything(change)) this.#tellOthers()
    }
    return outcome
  }

  readRoot(): Promise<IndexRoot | undefined> {
    return readRoot(this.#connection)
  }

  readSegments(ids: readonly number[]): Promise<readonly (Uint8Array | undefined)[]> {
    return readSegments(this.#connection, this.#name, ids)
  }

  beginIndexing(): Promise<{ readonly head: IndexHead; readonly root: IndexRoot | undefined }> {
    return beginIndexing(this.#connection)
  }

  async commitIndex(epoch: number, change: IndexCommit): Promise<'committed' | 'lost'> {
    // Asked beforehand: the log never becomes shorter, and a strict step that holds its head would keep commits waiting.
    const rootT = change.root?.t ?? 0
    if (rootT > this.#known) this.#knows(await readConfirmedT(this.#connection, this.#name))
    const outcome = await commitIndex(this.#connection, epoch, change, this.#known)
    if (outcome === 'committed' && change.root) this.#tellOthers()
    return outcome
  }

  segmentIds(): Promise<readonly number[]> {
    return segmentIds(this.#connection)
  }

  watch(listener: () => void): () => void {
    if (this.#connection.ended) throw this.#connection.ended
    return this.#watchers.add(listener)
  }

  async close(): Promise<void> {
    await this.#connection.close()
    this.#others.close()
  }

  #tellOthers(): void {
    if (!this.#connection.ended) this.#others.tell()
  }

  #knows(t: number): void {
    this.#known = Math.max(this.#known, t)
  }
}

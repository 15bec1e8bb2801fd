import { append } from '../base/append.ts'
import type { SegmentSink } from '../db/base-writer.ts'
import type { SegmentSource } from '../db/segment-source.ts'
import type { IndexCommit, IndexRoot, LocalStore } from '../storage/port.ts'

/** Bytes that are written in one step: more would keep commits waiting. */
const STEP = 512 * 1024
/** Segments that are removed in one step: a full disk may not take a big deletion. */
const REMOVED_AT_ONCE = 20

export interface WritingWays {
  /** Rows of a segment, at most. */
  readonly maxRows: number
  /** Lets others work, if it is time to. */
  readonly pause: () => Promise<void>
  readonly signal: AbortSignal
}

/** Somebody else indexes now. */
export class Superseded extends Error {}

/** Writes segments and the root that names them, as long as nobody else begins to. */
export class IndexWriter implements SegmentSink {
  #taken = new Map<number, Uint8Array>()
  #bytes = 0
  readonly #stored: number[] = []

  private constructor(
    private readonly store: LocalStore,
    private readonly epoch: number,
    private nextId: number,
    readonly source: SegmentSource,
    private readonly ways: WritingWays,
  ) {}

  /** Takes the right to index; `root` is the newest. */
  static async begin(
    store: LocalStore,
    source: SegmentSource,
    ways: WritingWays,
  ): Promise<{ readonly writer: IndexWriter; readonly root: IndexRoot | undefined }> {
    const { head, root } = await store.beginIndexing()
    return { writer: new IndexWriter(store, head.epoch, head.nextId, source, ways), root }
  }

  get maxRows(): number {
    return this.ways.maxRows
  }

  write(bytes: Uint8Array): number {
    const id = this.nextId++
    this.#taken.set(id, bytes)
    this.#bytes += bytes.length
    return id
  }

  async breathe(): Promise<void> {
    if (this.#bytes >= STEP) await this.#commit({})
    this.ways.signal.throwIfAborted()
    await this.ways.pause()
    this.ways.signal.throwIfAborted()
  }

  /** What was written becomes the index. `rebuild`: whatever the root before it said. */
  finish(root: IndexRoot, rebuild: boolean): Promise<void> {
    return this.#commit({ root, ...(rebuild && { rebuild }) })
  }

  /** Writes nothing: what was not stored yet stays for a step of its own, which a removal that fails must not take with it. */
  async remove(ids: readonly number[]): Promise<void> {
    for (let i = 0; i < ids.length; i += REMOVED_AT_ONCE)
      await this.#step({ remove: ids.slice(i, i + REMOVED_AT_ONCE) })
  }

  /** Removes what was stored, where nothing came of it: a disk that was full has the room again. */
  discard(): Promise<void> {
    return this.remove(this.#stored.splice(0))
  }

  async #commit(change: IndexCommit): Promise<void> {
    const write = this.#taken
    this.#taken = new Map()
    this.#bytes = 0
    await this.#step({ ...change, ...(write.size > 0 && { write }) })
    append(this.#stored, [...write.keys()])
  }

  async #step(change: IndexCommit): Promise<void> {
    if ((await this.store.commitIndex(this.epoch, change)) === 'lost') throw new Superseded()
  }
}

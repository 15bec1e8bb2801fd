import type { Durability } from '../../api/durability.ts'
import { isAnnalsError } from '../../base/errors.ts'
import type { IndexCommit, LocalCommit, LocalStore } from '../../storage/port.ts'

/** Milliseconds at most for which a relaxed transaction is at the mercy of a power cut. */
export const SOFT_FOR = 1000

export interface DurableOptions {
  readonly durability: Durability
  /** Whether a change brings what cannot be had again from a remote: only that is worth waking a disk for. */
  readonly isOwn: (change: LocalCommit) => boolean
}

/**
 * Decides which commits wait for the disk. `strict`: all. `relaxed`: one a second, as long as there are own changes that a
 * power cut would take; a strict commit keeps everything before it, too.
 */
export class DurableStore implements LocalStore {
  /** When the oldest own change that is not on the disk was made; undefined when there is none. */
  #softSince: number | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly store: LocalStore,
    private readonly options: DurableOptions,
    private readonly onClose: () => void,
  ) {}

  readonly read = (rootBeyond?: number, queueBeyond?: number) => this.store.read(rootBeyond, queueBeyond)
  readonly readLog = (from: number, limit?: number) => this.store.readLog(from, limit)
  readonly readRoot = () => this.store.readRoot()
  readonly readSegments = (ids: readonly number[]) => this.store.readSegments(ids)
  readonly segmentIds = () => this.store.segmentIds()
  readonly beginIndexing = () => this.store.beginIndexing()
  readonly commitIndex = (epoch: number, change: IndexCommit) => this.store.commitIndex(epoch, change)
  readonly watch = (listener: () => void) => this.store.watch(listener)

  async commit(change: LocalCommit): Promise<'committed' | 'lost'> {
    if (this.#isStrict(change)) return this.#commitStrictly(change)
    const began = performance.now()
    const outcome = await this.store.commit(change)
    if (outcome === 'committed' && this.options.isOwn(change)) this.#soften(began)
    return outcome
  }

  /** Once this resolves, what was acknowledged before outlives a power cut. */
  async harden(): Promise<void> {
    if (this.#softSince !== undefined) await this.#commitStrictly({ expect: {} })
  }

  async close(): Promise<void> {
    this.onClose()
    await this.#hardenOrLater()
    this.#rest()
    await this.store.close()
  }

  #isStrict({ durability }: LocalCommit): boolean {
    if (durability === 'strict' || this.options.durability === 'strict') return true
    return this.#softSince !== undefined && performance.now() - this.#softSince >= SOFT_FOR
  }

  async #commitStrictly(change: LocalCommit): Promise<'committed' | 'lost'> {
    const softSince = this.#softSince
    this.#rest()
    let outcome: 'committed' | 'lost' | undefined
    try {
      outcome = await this.store.commit({ ...change, durability: 'strict' })
      return outcome
    } finally {
      if (outcome !== 'committed' && softSince !== undefined) this.#soften(softSince)
    }
  }

  #soften(since: number): void {
    this.#softSince = Math.min(since, this.#softSince ?? since)
    this.#timer ??= setTimeout(() => void this.#hardenOrLater(), SOFT_FOR)
  }

  #rest(): void {
    this.#softSince = undefined
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** Only tries: what a full disk refuses here it refuses to whoever commits next, who is told. */
  async #hardenOrLater(): Promise<void> {
    this.#timer = undefined
    try {
      await this.harden()
    } catch (e) {
      if (isAnnalsError(e, 'storage/closed')) this.#rest()
    }
  }
}

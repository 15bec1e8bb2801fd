import { memory } from '../../../src/storage/memory.ts'
import type { IndexCommit, LocalCommit, LocalStorage, LocalStore, QueueRow } from '../../../src/storage/port.ts'
import { never } from './mortal-remote.ts'
import type { World } from './world.ts'

/** A store whose process may freeze, and die at any write: what is asked of it afterwards never comes to an end. */
export class MortalStore implements LocalStore {
  dead = false

  constructor(
    private readonly store: LocalStore,
    private readonly world: World,
    /** Whether it may die now. */
    private readonly mortal: () => boolean,
    private readonly onDeath: () => void,
    /** Called after a write that outlives a power loss. */
    private readonly onStrict: () => Promise<void>,
  ) {}

  read = (rootBeyond?: number, queueBeyond?: number) => this.alive(() => this.store.read(rootBeyond, queueBeyond))
  readLog = (from: number, limit?: number) => this.alive(() => this.store.readLog(from, limit))
  watch = (listener: () => void) => this.store.watch(() => void (this.dead || listener()))
  close = async () => this.store.close()
  readRoot = () => this.alive(() => this.store.readRoot())
  /** Takes no time, so that what lies in segments can be looked at while none passes. */
  readSegments = (ids: readonly number[]): ReturnType<LocalStore['readSegments']> =>
    this.dead ? never() : this.store.readSegments(ids)
  segmentIds = () => this.alive(() => this.store.segmentIds())
  beginIndexing = () => this.alive(() => this.store.beginIndexing())

  commit(change: LocalCommit): Promise<'committed' | 'lost'> {
    return this.write(() => this.store.commit(change), change.durability === 'strict')
  }

  commitIndex(epoch: number, change: IndexCommit): Promise<'committed' | 'lost'> {
    const { durability = change.root ? 'strict' : 'relaxed' } = change
    if (change.root !== undefined) this.world.count('indexed')
    return this.write(() => this.store.commitIndex(epoch, change), durability === 'strict')
  }

  private write(commit: () => Promise<'committed' | 'lost'>, strict: boolean): Promise<'committed' | 'lost'> {
    return this.alive(async () => {
      if (this.mortal() && this.world.strikes('tab dies before a write')) return this.killed()
      const outcome = await commit()
      if (outcome === 'committed' && strict) await this.onStrict()
      if (this.mortal() && this.world.strikes('tab dies after a write')) return this.killed()
      return outcome
    })
  }

  die(): void {
    if (this.dead) return
    this.dead = true
    this.onDeath()
  }

  private killed(): Promise<never> {
    this.die()
    return never()
  }

  private async alive<T>(ask: () => Promise<T>): Promise<T> {
    if (this.dead) return never()
    await this.disk()
    if (this.dead) return never()
    const answer = await ask()
    await this.disk()
    return this.dead ? never() : answer
  }

  /** Takes the time of a disk, or of a tab that gets none. */
  private async disk(): Promise<void> {
    const { world } = this
    if (this.mortal() && world.strikes('frozen tab')) await world.pause(2000 + world.below(8000))
    else if (world.chance(0.3)) await world.pause(world.below(20))
  }
}

/** A storage that holds what `storage` holds now: a copied profile, or an image to restore. */
export async function copyOf(storage: LocalStorage): Promise<LocalStorage> {
  const from = await storage.open('shop')
  const copy = await copyOfStore(from)
  await from.close()
  return copy
}

/** As {@link copyOf}, of what one store shows. Indexes are not copied: they can be made anew. */
export async function copyOfStore(from: LocalStore): Promise<LocalStorage> {
  const { heads, queue, rejected, meta } = await from.read()
  const log = heads.confirmed.t === 0 ? [] : await from.readLog(1, heads.confirmed.t)
  const gone = heads.queue.seq - queue.length
  const filler = Array.from(
    { length: gone },
    (_, i): QueueRow => ({ seq: i + 1, txid: heads.queue.txid, body: new Uint8Array() }),
  )
  const copy = memory()
  const to = await copy.open('shop')
  for (let claim = 0; claim < heads.claim; claim++) await to.commit({ expect: { claim }, claim: claim + 1 })
  await to.commit({
    expect: { t: 0, seq: 0 },
    log,
    enqueue: [...filler, ...queue],
    dequeueTo: gone,
    reject: rejected,
    meta,
  })
  await to.close()
  return copy
}

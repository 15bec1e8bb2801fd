import { AnnalsError } from '../../../src/base/errors.ts'
import type { RemoteCommit, RemoteStore } from '../../../src/storage/port.ts'
import type { World } from './world.ts'

/**
 * The remote's storage as one node has it: slow, so that nodes race, and failing at any write. What is asked by a dead node never
 * comes to an end.
 */
export class MortalRemote implements RemoteStore {
  dead = false

  constructor(
    private readonly store: RemoteStore,
    private readonly world: World,
    private readonly onDeath: () => void,
    private readonly onCommit: (change: RemoteCommit) => void,
  ) {}

  head = () => this.alive(() => this.store.head())
  readLog = (from: number, limit?: number) => this.alive(() => this.store.readLog(from, limit))
  outcomes = (txids: readonly string[]) => this.alive(() => this.store.outcomes(txids))
  replicas = (ids: readonly string[]) => this.alive(() => this.store.replicas(ids))
  leases = (replicas: readonly string[]) => this.alive(() => this.store.leases(replicas))
  aliases = (replicas: readonly string[], ids?: readonly number[]) =>
    this.alive(() => this.store.aliases(replicas, ids))
  refusals = (limit: number) => this.alive(() => this.store.refusals(limit))
  excisions = (after: number) => this.alive(() => this.store.excisions(after))
  watch = (listener: () => void) => this.store.watch(() => void (this.dead || listener()))
  close = async () => this.store.close()

  commit(change: RemoteCommit): Promise<'committed' | 'lost'> {
    return this.alive(async () => {
      if (this.world.strikes('node dies before a write')) return this.killed()
      if (this.world.strikes('storage fails before a write')) throw failed()
      const outcome = await this.store.commit(change)
      if (outcome === 'lost') this.world.count('storage conflict')
      else this.onCommit(change)
      if (this.world.strikes('node dies after a write')) return this.killed()
      if (this.world.strikes('storage fails after a write')) throw failed()
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
    if (this.world.chance(0.15)) await this.world.pause(this.world.below(60))
    if (this.dead) return never()
    const answer = await ask()
    return this.dead ? never() : answer
  }
}

const failed = (): AnnalsError => new AnnalsError('storage/failed', 'the connection to the storage broke', {})
export const never = <T>(): Promise<T> => new Promise(() => undefined)

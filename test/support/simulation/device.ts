import { createRuntime } from '../../../src/engine/create-runtime.ts'
import type { Lead } from '../../../src/engine/lead.ts'
import { memory } from '../../../src/storage/memory.ts'
import type { LocalStorage } from '../../../src/storage/port.ts'
import { openReplica, type Replica } from '../../../src/sync/open-replica.ts'
import type { Cluster } from './cluster.ts'
import { copyOf, MortalStore } from './mortal-store.ts'
import type { World } from './world.ts'

export interface Tab {
  readonly replica: Replica
  readonly store: MortalStore
}

/** One browser profile with its tabs: of them one, as long as it lives, talks to the server. */
export class Device {
  tabs: Tab[] = []
  /** Cut off from the network. */
  offline = false
  /** Chance that a process dies at a write. */
  deadly = 0
  /** The transactions that this device has promised to keep, by their place in its queue. */
  readonly acked: { readonly seq: number; readonly txid: string }[] = []
  /** Those that its user, or that of a copy, tried to take back, drop or send again. */
  dealtWith = new Set<string>()
  crashes = 0
  /** Whether there has never been a second tab. */
  alone = true
  /** What the disk holds for certain. */
  private image = memory()
  private readonly duties: { readonly tab: () => MortalStore; readonly begin: () => void }[] = []
  private leading: MortalStore | undefined

  constructor(
    readonly name: string,
    private readonly world: World,
    private readonly cluster: Cluster,
    public storage: LocalStorage = memory(),
    /** Milliseconds by which its clock is wrong. */
    private readonly skew = 0,
  ) {}

  async open(): Promise<Tab | undefined> {
    let dies: () => void = () => undefined
    const death = new Promise<undefined>((resolve) => {
      dies = () => resolve(undefined)
    })
    const store: MortalStore = new MortalStore(
      await this.storage.open('shop'),
      () => (this.world.chance(this.deadly) ? (this.world.chance(0.5) ? 'dies before' : 'dies after') : 'lives'),
      () => {
        this.died(store)
        dies()
      },
      async () => {
        this.image = await copyOf(this.storage)
      },
      async () => {
        if (this.world.chance(0.3)) await this.world.pause(this.world.below(20))
      },
    )
    const now = (): number => this.world.now + this.skew
    // a process that dies while it opens never comes to an end
    const opened = openReplica(store, createRuntime({ now }), {
      remote: this.cluster.transport(() => this.offline || store.dead),
      clock: { now: () => this.world.now, after: this.world.after },
      random: this.world.random,
      lead: this.lead(store),
    })
    const replica = await Promise.race([opened, death])
    if (replica === undefined) return undefined
    const tab = { replica, store }
    if (this.tabs.length > 0) this.alone = false
    this.tabs.push(tab)
    return tab
  }

  /** All tabs close in good order. */
  async close(): Promise<void> {
    const { deadly } = this
    this.deadly = 0
    for (const tab of this.tabs.splice(0)) {
      await tab.replica.stop()
      await tab.replica.ledger.close()
    }
    this.deadly = deadly
  }

  /** The whole browser dies. */
  kill(): void {
    for (const { store } of this.tabs) store.die()
  }

  /** The power fails: what was not written to stay is gone. */
  async losePower(): Promise<void> {
    this.kill()
    this.storage = this.image
    this.image = await copyOf(this.storage)
    await this.forgetLost()
  }

  /** Promises that this device's storage knows nothing of are another timeline's. */
  async forgetLost(): Promise<void> {
    const store = await this.storage.open('shop')
    const { queue, heads } = await store.read()
    await store.close()
    const kept = new Set(queue.map((row) => row.txid))
    const first = queue[0]?.seq ?? heads.queue.seq + 1
    const promised = this.acked.splice(0)
    this.acked.push(...promised.filter(({ seq, txid }) => seq < first || kept.has(txid)))
  }

  private died(store: MortalStore): void {
    this.crashes++
    this.tabs = this.tabs.filter((tab) => tab.store !== store)
    if (this.leading === store) this.pass()
  }

  private lead(store: MortalStore): Lead {
    return (work) => {
      const term = new AbortController()
      const duty = { tab: () => store, begin: () => void work(term.signal) }
      this.duties.push(duty)
      if (this.leading === undefined) this.pass()
      return () => {
        term.abort()
        this.duties.splice(this.duties.indexOf(duty), 1)
        if (this.leading === store) this.pass()
      }
    }
  }

  private pass(): void {
    this.leading = undefined
    for (;;) {
      const next = this.duties[0]
      if (next === undefined) return
      if (next.tab().dead) {
        this.duties.shift()
        continue
      }
      this.leading = next.tab()
      next.begin()
      return
    }
  }
}

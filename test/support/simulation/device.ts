import { isAnnalsError } from '../../../src/base/errors.ts'
import { createRuntime } from '../../../src/engine/create-runtime.ts'
import type { Lead } from '../../../src/engine/lead.ts'
import type { Written } from '../../../src/engine/ledger.ts'
import { LocalLedger } from '../../../src/engine/local-ledger.ts'
import { memory } from '../../../src/storage/memory.ts'
import type { LocalStorage } from '../../../src/storage/port.ts'
import { openReplica, type Replica } from '../../../src/sync/open-replica.ts'
import { seqOfPendingTx } from '../../../src/sync/pending.ts'
import type { Cluster } from './cluster.ts'
import { FUNCTIONS } from './functions.ts'
import { copyOf, MortalStore } from './mortal-store.ts'
import type { Parts } from './parts.ts'
import { Violation } from './violation.ts'
import type { World } from './world.ts'

export interface Tab {
  readonly replica: Replica
  readonly store: MortalStore
}

/** A transaction that was promised, and its place in the queue. */
export interface Promised {
  readonly seq: number
  readonly txid: string
  /** An installation of schema: withdrawn in silence when it has become empty. */
  readonly schema: boolean
  /** The ids that were given out for tempids, and the names that these are given. */
  readonly named: readonly Named[]
}
export type Named = readonly [id: number, attribute: string, name: string]

/** Segments that any transaction changes, of which none is kept. */
const TINY = { novelty: 6, segmentRows: 5, cacheBytes: 0 }

/** A tab's part in who talks to the server. */
interface Duty {
  readonly store: MortalStore
  readonly begin: () => void
  begun: boolean
}

/** One browser profile with its tabs: of them one, as long as it lives, talks to the server. */
export class Device {
  tabs: Tab[] = []
  /** Cut off from the network. */
  offline = false
  /** Whether its processes may die. */
  mortal = false
  /** What this device has promised to keep. */
  readonly acked: Promised[] = []
  /** What it had promised, and what had left its queue, when its store was lost. */
  readonly former: Promised[][] = []
  /** Those that its user, or that of a copy, tried to take back, drop or send again; or whose refusal was lost. */
  dealtWith = new Set<string>()
  /** How transactions ended, as it was told. */
  readonly told = new Map<string, string>()
  /** Called while a tab takes in news. */
  absorbing: (tab: Tab) => void = () => undefined
  /** Whether there has never been a second tab. */
  alone = true
  /** Whether two live copies of this profile give out the same ids. */
  copied = false
  /** Ids that were given out here, and for whom. */
  readonly names = new Map<number, string>()
  private readonly duties: Duty[] = []
  private leading: MortalStore | undefined

  constructor(
    readonly name: string,
    private readonly world: World,
    private readonly cluster: Cluster,
    private readonly parts: Parts,
    public storage: LocalStorage = memory(),
    /** What the disk holds for certain. */
    private image: LocalStorage = memory(),
    /** Milliseconds by which its clock is wrong. */
    private readonly skew = 0,
  ) {}

  /** It is used for a while by somebody who knows of no remote. */
  async workAlone(transactions: readonly (readonly unknown[])[]): Promise<void> {
    const ledger = await LocalLedger.open(await this.storage.open('shop'), createRuntime({ now: () => this.world.now }))
    for (const [i, forms] of transactions.entries()) {
      const { txid } = await ledger.transact(forms, {})
      // before all that a queue will hold
      this.acked.push({ seq: i - transactions.length, txid, schema: false, named: [] })
    }
    await ledger.close()
    this.image = await copyOf(this.storage)
  }

  /** Whether the remote has not adopted yet what was here before. */
  get attaching(): boolean {
    return !this.tabs.some(({ replica }) => !replica.ledger.state.meta.attaching)
  }

  async open(): Promise<Tab | undefined> {
    const { world } = this
    let dies: () => void = () => undefined
    const death = new Promise<undefined>((resolve) => {
      dies = () => resolve(undefined)
    })
    const store: MortalStore = new MortalStore(
      await this.storage.open('shop'),
      world,
      () => this.mortal,
      () => {
        this.died(store)
        dies()
      },
      async () => {
        this.image = await copyOf(this.storage)
      },
    )
    // a process that dies while it opens never comes to an end
    const opened = openReplica(
      this.parts.localStore(store),
      createRuntime({ functions: FUNCTIONS, now: () => world.now + this.skew }),
      {
        remote: this.cluster.transport(this, () => !store.dead),
        clock: { now: () => world.now, after: world.after },
        random: world.random,
        lead: this.lead(store),
        // every tab believes that it indexes: of two that do one is overtaken
        indexing: this.parts.inSegments ? { ...TINY, after: world.after } : { lead: () => () => undefined },
      },
    )
    const replica = await Promise.race([opened, death])
    if (replica === undefined) return undefined
    replica.ledger.onFailure((e) => void (e.code === 'sync/unknown-function' || store.dead || world.fail(e)))
    const tab = { replica, store }
    this.onRebase(replica.ledger, () => this.absorbing(tab))
    if (this.tabs.length > 0) this.alone = false
    this.tabs.push(tab)
    return tab
  }

  /** Calls `then` when news has begun to be taken in, which the driver's outcomes and records are asked for. */
  private onRebase(ledger: Replica['ledger'], then: () => void): void {
    const absorb = ledger.absorb.bind(ledger)
    ledger.absorb = (decidedOn) => {
      let begun = false
      return absorb((state) => {
        if (!begun) then()
        begun = true
        return decidedOn(state)
      })
    }
  }

  /** Notes what `tab` has promised, and how it ends. */
  promised({ replica, store }: Tab, { tx, txid }: Written, schema = false, named: readonly Named[] = []): void {
    this.acked.push({ seq: seqOfPendingTx(tx), txid, schema, named })
    for (const [id, , name] of named) {
      const other = this.names.get(id) ?? name
      const fails = other !== name && !this.copied
      if (fails) this.world.fail(new Violation('one entity an id', `${this.name} gives ${id} to ${other} and ${name}`))
      this.names.set(id, name)
    }
    replica.ledger.settled(txid).then(
      ({ status }) => void (store.dead || this.told.set(txid, status)),
      (e: unknown) => void (isAnnalsError(e, 'log/unknown-transaction') || this.world.fail(e)),
    )
  }

  wake(): void {
    for (const { replica } of this.tabs) replica.sync.wake()
  }

  /** All tabs close in good order. */
  async close(): Promise<void> {
    for (const tab of [...this.tabs]) await this.closeTab(tab)
  }

  async closeTab(tab: Tab): Promise<void> {
    if (this.leading === tab.store && this.tabs.length > 1 && !this.world.healed) this.world.count('leading tab closed')
    this.tabs = this.tabs.filter((t) => t !== tab)
    const { mortal } = this
    this.mortal = false
    await tab.replica.stop()
    await tab.replica.ledger.close()
    this.mortal = mortal
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

  /** The browser throws the store away. */
  async evict(): Promise<void> {
    this.kill()
    const store = await this.storage.open('shop')
    const { queue, rejected } = await store.read()
    await store.close()
    const lost = new Set(queue.map((row) => row.txid))
    for (const { txid } of rejected) this.dealtWith.add(txid)
    this.former.push(this.acked.splice(0).filter(({ txid }) => !lost.has(txid)))
    this.storage = memory()
    this.image = memory()
    this.names.clear()
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

  /** A tab believes that it leads, though another does. */
  misleadOne(): void {
    const duty = this.duties.find((d) => !d.begun && !d.store.dead)
    if (duty === undefined || this.leading === undefined) return
    this.world.count('two leaders')
    begin(duty)
  }

  private died(store: MortalStore): void {
    this.tabs = this.tabs.filter((tab) => tab.store !== store)
    if (this.leading === store) this.pass()
  }

  private lead(store: MortalStore): Lead {
    return (work) => {
      const term = new AbortController()
      const duty = { store, begin: () => void work(term.signal), begun: false }
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
    while (this.duties[0]?.store.dead) this.duties.shift()
    const [next] = this.duties
    if (next === undefined) return
    this.leading = next.store
    begin(next)
  }
}

function begin(duty: Duty): void {
  if (duty.begun) return
  duty.begun = true
  duty.begin()
}

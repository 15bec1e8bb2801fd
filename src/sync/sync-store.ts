import type { TxForms } from '../api/db.ts'
import type { Settled } from '../api/report.ts'
import type { PendingTx, RejectedTx, Sync, SyncStatus } from '../api/sync.ts'
import { AnnalsError, fromWireError, toWireError, type WireError } from '../base/errors.ts'
import { Listeners } from '../base/listeners.ts'
import { onAbort, unlessGivenUp } from '../base/wait-until.ts'
import { showTxData } from '../engine/show-datoms.ts'
import { closedError } from '../engine/store-ledger.ts'
import { txForms } from '../transact/tx-forms.ts'
import type { SyncDriver } from './driver.ts'
import { decodeIntent } from './intent.ts'
import { stateOf } from './machine.ts'
import { isInView, type Pending, pendingTx } from './pending.ts'
import type { ReplicaLedger } from './replica-ledger.ts'

/** What the tabs of one database tell each other about sync; plain data. */
export type PeerMessage =
  /** Of the one that talks to the remote. */
  | { readonly kind: 'remote'; readonly remote: Omit<RemoteStatus, 'error'>; readonly error?: WireError }
  /** A new one asks how it stands. */
  | { readonly kind: 'ask' }
  | { readonly kind: 'online'; readonly online: boolean }
  | { readonly kind: 'wake' }

/** The part of the status that only the one who talks to the remote knows. */
export type RemoteStatus = Pick<SyncStatus, 'state' | 'remoteT' | 'retryAt' | 'error'>

/** A way to the other tabs, such as a BroadcastChannel. */
export interface Peers {
  tell(message: PeerMessage): void
  /** Returns the way to stop. */
  hear(listener: (message: PeerMessage) => void): () => void
}

/** States in which nothing moves until somebody does something. */
const STUCK: ReadonlySet<SyncStatus['state']> = new Set(['offline', 'unauthorised', 'too-old', 'diverged'])

/** The `sync` of a replica: its status as a store, its queue, and what can be done about both. */
export class ReplicaSync implements Sync {
  readonly #listeners = new Listeners<void>()
  readonly #stops: (() => void)[]
  readonly #closed = new AbortController()
  #status: SyncStatus
  #remote: RemoteStatus = { state: 'connecting' }

  constructor(
    private readonly ledger: ReplicaLedger,
    private readonly driver: SyncDriver,
    /** Whether this one talks to the remote now. */
    private readonly leads: () => boolean,
    private readonly peers: Peers | undefined,
  ) {
    this.#status = this.#read()
    this.#stops = [
      ledger.onState(() => this.#refresh()),
      driver.onMove(() => {
        // one that leaves goes off the network by itself: the next one goes on
        if (!this.#speaks()) return
        this.#remote = this.#ownRemote()
        this.#announce()
        this.#refresh()
      }),
    ]
    if (peers !== undefined) this.#stops.push(peers.hear((message) => this.#heard(message)))
    peers?.tell({ kind: 'ask' })
  }

  readonly subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener)
  readonly getSnapshot = (): SyncStatus => this.#status
  readonly getServerSnapshot = (): SyncStatus => this.#status

  readonly pending = async (): Promise<PendingTx[]> =>
    this.#waiting().map(({ seq, txid, body }) => ({
      id: txid,
      tx: pendingTx(seq),
      intent: decodeIntent(body.intent),
      instant: new Date(body.instant),
      txData: body.predicted === undefined ? [] : showTxData(pendingTx(seq), body.predicted),
      ...(body.conflict && { conflict: body.conflict }),
    }))

  readonly rejected = async (): Promise<RejectedTx[]> =>
    [...this.ledger.state.rejected].map(([id, { intent, instant, code, message, facts }]) => ({
      id,
      intent: decodeIntent(intent),
      instant: new Date(instant),
      code,
      message,
      facts,
    }))

  readonly retry = async (id: string): Promise<string> => (await this.ledger.sendAgain(id)).txid

  readonly amend = async (id: string, txData: TxForms): Promise<string> =>
    (await this.ledger.sendAgain(id, txForms(txData))).txid

  readonly withdraw = (id: string): Promise<Settled> => this.ledger.withdraw(id)

  readonly settled = (id: string): Promise<Settled> => this.#unlessClosed(this.ledger.settled(id))

  readonly flush = (): Promise<void> =>
    this.#unlessClosed(
      new Promise((resolve, reject) => {
        let stop: () => void = () => undefined
        const look = (): void => {
          const { state, error } = this.#status
          const pending = this.#unsynced()
          if (pending > 0 && !STUCK.has(state) && error?.code !== 'sync/unknown-function') return
          stop()
          if (pending === 0) resolve()
          else
            reject(
              error ??
                new AnnalsError('sync/unreachable', `${pending} transactions wait, and sync is ${state}`, { pending }),
            )
        }
        stop = this.subscribe(look)
        this.wake()
        this.#expectNews()
        look()
      }),
    )

  readonly setOnline = (online: boolean): void => {
    this.driver.setOnline(online)
    this.peers?.tell({ kind: 'online', online })
    if (!this.leads()) this.#remote = { state: online ? 'connecting' : 'offline' }
    this.#refresh()
  }

  /** Tells the one who talks to the remote that the network may be back. */
  wake(): void {
    this.driver.wake()
    this.peers?.tell({ kind: 'wake' })
  }

  stop(): void {
    for (const stop of this.#stops) stop()
    this.#closed.abort()
  }

  #unlessClosed<T>(work: Promise<T>): Promise<T> {
    return unlessGivenUp(work, [onAbort(this.#closed.signal, closedError)])
  }

  /** Whether this one says how it stands with the remote: what it was told before it began, or when it ends, says nothing. */
  #speaks(): boolean {
    return this.leads() && this.driver.isRunning
  }

  /** What the one who talks to the remote said before it was woken holds no more: it says anew how it stands. */
  #expectNews(): void {
    const { state, remoteT } = this.#remote
    if (this.leads() || state === 'offline' || state === 'too-old' || state === 'diverged') return
    this.#remote = { state: state === 'live' ? state : 'connecting', ...(remoteT !== undefined && { remoteT }) }
    this.#refresh()
  }

  #heard(message: PeerMessage): void {
    switch (message.kind) {
      case 'remote':
        if (this.leads()) return
        this.#remote = { ...message.remote, ...(message.error && { error: fromWireError(message.error) }) }
        // told to be off the network: so is this one, should it be the next to lead
        this.driver.setOnline(message.remote.state !== 'offline')
        return this.#refresh()
      case 'ask':
        return this.#speaks() ? this.#announce() : undefined
      case 'online':
        return this.driver.setOnline(message.online)
      case 'wake':
        return this.driver.wake()
    }
  }

  #announce(): void {
    const { error, ...remote } = this.#ownRemote()
    this.peers?.tell({ kind: 'remote', remote, ...(error && { error: toWireError(error) }) })
  }

  #ownRemote(): RemoteStatus {
    const machine = this.driver.state
    return {
      state: stateOf(machine),
      ...(machine.remoteT !== undefined && { remoteT: machine.remoteT }),
      ...(machine.retryAt !== undefined && { retryAt: machine.retryAt }),
      ...(machine.error && { error: machine.error }),
    }
  }

  /** Those that still mean something: one that was taken back waits for the remote only. */
  #waiting(): readonly Pending[] {
    return this.ledger.state.entries.filter(isInView)
  }

  /** What has not reached the remote: all of it, where that has yet to adopt the log that was here before. */
  #unsynced(): number {
    const { meta, head } = this.ledger.state
    return this.#status.pending + (meta.attaching ? head.t : 0)
  }

  #refresh(): void {
    const next = this.#read()
    const keys = new Set([...Object.keys(next), ...Object.keys(this.#status)]) as Set<keyof SyncStatus>
    if ([...keys].every((key) => next[key] === this.#status[key])) return
    this.#status = next
    this.#listeners.call()
  }

  #read(): SyncStatus {
    const { head, rejected } = this.ledger.state
    return Object.freeze({ ...this.#remote, pending: this.#waiting().length, rejected: rejected.size, t: head.t })
  }
}

import { Draft } from '../engine/draft.ts'
import type { Place } from '../engine/place.ts'
import type { AliasRow, LeaseRow, LogRow, OutcomeRow, RemoteCommit, RemoteStore, ReplicaRow } from '../storage/port.ts'
import type { AliasPair, Push } from '../sync/protocol.ts'
import { namedIds } from './named-ids.ts'

/** What one push, decided, adds to its group. */
export type Addition = Pick<Required<RemoteCommit>, 'log' | 'outcomes' | 'aliases' | 'replicas'>

/**
 * Pushes that are decided one after another and stored in one step: what the store holds of their replicas and transactions,
 * and what the pushes before have added to it. Nothing is stored by it.
 */
export class Group {
  /** The log as it is once this is stored. */
  readonly draft: Draft
  private readonly log: LogRow[] = []
  /** Those of the group before; not that group, which would keep the one before it, and so on for as long as pushes keep coming. */
  private readonly rowsBefore: readonly LogRow[]
  private readonly decided: OutcomeRow[] = []
  private readonly newAliases: AliasRow[] = []
  private readonly granted: LeaseRow[] = []
  private readonly moved = new Map<string, ReplicaRow>()
  private readonly outcomeOf = new Map<string, OutcomeRow>()
  private readonly replicaOf = new Map<string, ReplicaRow>()
  private readonly leaseRows: LeaseRow[] = []
  private readonly aliasRows: AliasRow[] = []
  /** Replicas that the store was asked about. */
  private readonly known = new Set<string>()

  /**
   * `depth`: collections within each other, in an intent. `before`: the group that leads to `start`, whose storing may not have ended:
   * what it adds holds, whether or not it is found in the store.
   */
  constructor(
    private readonly store: RemoteStore,
    private readonly start: Place,
    private readonly depth: number,
    before: Group | undefined,
  ) {
    this.draft = new Draft(start)
    this.rowsBefore = before?.log ?? []
    if (before === undefined) return
    for (const row of before.decided) this.outcomeOf.set(row.txid, row)
    for (const [id, row] of before.moved) this.replicaOf.set(id, row)
    append(this.leaseRows, before.granted)
    append(this.aliasRows, before.newAliases)
  }

  /** Reads what `pushes` may concern. */
  async read(pushes: readonly Push[]): Promise<void> {
    const replicas = [...new Set(pushes.map(({ replica }) => replica))]
    const fresh = replicas.filter((id) => !this.known.has(id))
    const named = pushes.flatMap(({ entries, leasedTo }) => {
      // of a lease that the storage has lost the replica may have given out ids all the same
      const given = Math.max(this.draft.nextId, leasedTo)
      return entries.flatMap((entry) => [...namedIds(entry, this.depth, given)])
    })
    const [outcomes, rows, leases, aliases] = await Promise.all([
      this.store.outcomes(pushes.flatMap(({ entries }) => entries.map(({ txid }) => txid))),
      this.store.replicas(fresh),
      this.store.leases(fresh),
      aliasesOf(this.store, replicas, named),
    ])
    for (const id of fresh) this.known.add(id)
    for (const [txid, row] of outcomes) if (!this.outcomeOf.has(txid)) this.outcomeOf.set(txid, row)
    for (const [id, row] of rows) if (!this.replicaOf.has(id)) this.replicaOf.set(id, row)
    const here = new Set(this.leaseRows.map(({ from }) => from))
    append(
      this.leaseRows,
      leases.filter(({ from }) => !here.has(from)),
    )
    append(this.aliasRows, aliases)
  }

  outcome = (txid: string): OutcomeRow | undefined => this.outcomeOf.get(txid)
  replica = (id: string): ReplicaRow | undefined => this.replicaOf.get(id)
  leases = (id: string): LeaseRow[] => this.leaseRows.filter(({ replica }) => replica === id)
  /** What ids of a replica became, as far as it was asked for. */
  aliases = (id: string): AliasPair[] =>
    this.aliasRows.filter(({ replica }) => replica === id).map(({ id, final }) => [id, final])

  /** Reads what further `ids` of a replica became. */
  async askAliases(replica: string, ids: readonly number[]): Promise<void> {
    append(this.aliasRows, await aliasesOf(this.store, [replica], ids))
  }

  async row(t: number): Promise<LogRow | undefined> {
    const own = this.ownRow(t)
    if (own !== undefined) return own
    const [row] = t > this.start.head.t ? [] : await this.store.readLog(t, 1)
    return row?.t === t ? row : undefined
  }

  /** Takes in what a push came to. */
  add({ log, outcomes, aliases, replicas }: Addition): void {
    append(this.log, log)
    append(this.decided, outcomes)
    append(this.newAliases, aliases)
    append(this.aliasRows, aliases)
    for (const row of outcomes) this.outcomeOf.set(row.txid, row)
    for (const row of replicas) {
      this.replicaOf.set(row.replica, row)
      this.moved.set(row.replica, row)
    }
  }

  grant(lease: LeaseRow): void {
    this.leaseRows.push(lease)
    this.granted.push(lease)
    this.draft.nextId = lease.to
  }

  /** What is to be stored; undefined when everything had been decided before. */
  commit(): Omit<RemoteCommit, 'expect'> | undefined {
    const { log, decided, newAliases, granted, moved, draft, start } = this
    if (log.length + decided.length + newAliases.length + granted.length + moved.size === 0) return undefined
    return {
      log,
      outcomes: decided,
      aliases: newAliases,
      leases: granted,
      replicas: [...moved.values()],
      ...(draft.nextId !== start.nextId && { nextId: draft.nextId }),
    }
  }

  /** One that the store may not hold yet. */
  private ownRow(t: number): LogRow | undefined {
    const at = t - this.start.head.t - 1
    return this.log[at] ?? this.rowsBefore[this.rowsBefore.length + at]
  }
}

/** However many they are: as arguments of `push` they would have to fit on the stack. */
function append<T>(to: T[], rows: readonly T[]): void {
  for (const row of rows) to.push(row)
}

/** What `ids` became, and what that became in its turn. */
async function aliasesOf(store: RemoteStore, replicas: readonly string[], ids: readonly number[]): Promise<AliasRow[]> {
  const found: AliasRow[] = []
  const asked = new Set<number>()
  for (let next = new Set(ids); next.size > 0; ) {
    const rows = await store.aliases(replicas, [...next])
    for (const id of next) asked.add(id)
    append(found, rows)
    next = new Set(rows.map(({ final }) => final).filter((id) => !asked.has(id)))
  }
  return found
}

import { Builtin } from '../datom/builtin.ts'
import { isPendingTx } from '../datom/ids.ts'
import { instantValue, readValue } from '../datom/read-value.ts'
import type { Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import { entityWith } from '../db/entity.ts'
import { noveltySpeaksOf } from '../db/novelty.ts'
import { scan } from '../db/view.ts'
import { applyInTurn } from '../engine/apply-in-turn.ts'
import { askedEnv, type Runtime } from '../engine/runtime.ts'
import type { Lack } from '../engine/written-places.ts'
import { transact } from '../transact/transact.ts'
import type { DatomsOf, Transaction } from '../transact/transaction.ts'
import { withAliases } from './aliases.ts'
import { Reads } from './footprint.ts'
import { decodeIntent } from './intent.ts'
import { type Pending, pendingTx } from './pending.ts'
import type { QueueBody } from './queue-body.ts'
import { isUnused } from './unused-ids.ts'

/** What running an intent on a replica needs. */
export interface PredictEnv {
  readonly runtime: Runtime
  readonly replica: string
  readonly generation: number
  /** Gives an id nobody has; throws {@link OutOfIds}. */
  readonly take: () => number
  readonly datomsOf: DatomsOf
  /** The uuid of the replica's transaction that has, or had, this pending entity. */
  readonly txidOf: (tx: number) => string | undefined
  /** Called before a pending transaction is decided anew. */
  readonly ran: () => void
  /** Called before each pending transaction: a chance to let others have their turn. */
  readonly breathe: () => Promise<void> | undefined
  /** What the view lacks, where it lacks transactions. */
  readonly lack?: Lack | undefined
  /** Of the newest of those, ms since 1970. */
  readonly instant?: number
}

/**
 * What the forms come to on `view`, and an entry's body that says so. Throws the reason when they do not; `reads` says what was read
 * for it either way.
 */
export async function predict(
  view: Db,
  entry: Pick<Pending, 'seq' | 'txid' | 'body'>,
  env: PredictEnv,
  reads = new Reads(view.reads),
): Promise<{ body: QueueBody; result: Transaction }> {
  const { body, txid } = entry
  const { lack, instant = 0 } = env
  const tx = pendingTx(entry.seq)
  const minted = new Set<number>()
  const watched = { ...view, reads, queue: undefined }
  const before = withAliases(watched, await namedTxs(watched, body.txs))
  const result = await transact(before, decodeIntent(body.intent), {
    tx,
    txid,
    now: Math.max(body.instant, instant),
    mint: () => {
      let id = env.take()
      while (noveltySpeaksOf(view, id)) id = env.take()
      minted.add(id)
      return id
    },
    ids: proposals(await stillUnused(view, body.ids)),
    about: aboutTx(body, env.replica),
    ...askedEnv(env.runtime, env.datomsOf, lack),
  })
  lack?.follows(instant, result.instant)
  const ids = new Map(body.ids)
  for (const [name, id] of Object.entries(result.ids)) {
    // one that another pending transaction made stays this one's should that one be refused
    if (minted.has(id) || (!ids.has(name) && (await isOnlyPending(view, id)))) ids.set(name, id)
  }
  const next: QueueBody = {
    ...body,
    ids,
    generation: env.generation,
    predicted: result.data,
    footprint: reads.done(),
    replaced: result.replaced,
    conflict: undefined,
  }
  return { body: next, result }
}

/** Those of the ids of an entry that nobody else has used: another live copy of this profile may have given out the same ones. */
async function stillUnused(view: Db, ids: ReadonlyMap<string, number>): Promise<(readonly [string, number])[]> {
  const found = await Promise.all([...ids].map(async (named) => ((await isUnused(view, named[1])) ? [named] : [])))
  return found.flat()
}

/** Whether whatever is said about `id` is pending. */
async function isOnlyPending(view: Db, id: number): Promise<boolean> {
  const said = scan(view, 'eavt', { e: id })
  await said.load()
  const batches = said.batches()
  return batches.length > 0 && batches.every((b) => b.tx.subarray(b.start, b.end).every(isPendingTx))
}

/** `view` with what `entries` are predicted to come to, in order. Throws `storage/corrupt` when some of it does not fit. */
export async function applyEntries(view: Db, entries: readonly Pick<Pending, 'seq' | 'body'>[]): Promise<Db> {
  const txs = entries.flatMap(({ seq, body: { predicted } }) =>
    predicted ? [{ tx: pendingTx(seq), data: predicted }] : [],
  )
  const after = await applyInTurn(view, txs, view.basisT)
  return withAliases(
    after,
    entries.flatMap(({ body }) => [...body.replaced]),
  )
}

/** As a record without a prototype: a tempid may have any name. */
export function proposals(ids: Iterable<readonly [string, number]>): Readonly<Record<string, number>> {
  const out: Record<string, number> = Object.create(null)
  for (const [name, id] of ids) out[name] = id
  return out
}

/** What is said about a synced transaction, beside its instant and id. */
export function aboutTx(
  {
    basis,
    instant,
    retryOf,
  }: { readonly basis: number; readonly instant: number; readonly retryOf?: string | undefined },
  replica: string,
): (readonly [number, Value])[] {
  const about: (readonly [number, Value])[] = [
    [Builtin.txBasis, basis],
    [Builtin.txReplica, readValue('uuid', replica, ':tx/replica')],
    [Builtin.txDeviceInstant, instantValue(instant)],
  ]
  if (retryOf !== undefined) about.push([Builtin.txRetryOf, readValue('uuid', retryOf, ':tx/retryOf')])
  return about
}

/** Where the pending transactions that an intent may name are now. */
async function namedTxs(view: Db, txs: ReadonlyMap<number, string>): Promise<[number, number][]> {
  const moved: [number, number][] = []
  for (const [tx, txid] of txs) {
    const found = await entityWith(view, Builtin.txId, readValue('uuid', txid, ':tx/id'))
    if (found !== undefined && found !== tx) moved.push([tx, found])
  }
  return moved
}

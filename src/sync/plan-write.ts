import { AnnalsError } from '../base/errors.ts'
import { andThen } from '../base/maybe-promise.ts'
import { randomUuid } from '../base/random-uuid.ts'
import { PENDING_BASE } from '../datom/ids.ts'
import type { Db } from '../db/db.ts'
import { checkBasis } from '../engine/decide-group.ts'
import { GrowingDb } from '../engine/growing-db.ts'
import { LazyDb } from '../engine/lazy-db.ts'
import type { WriteOptions, Written } from '../engine/ledger.ts'
import { Breaks } from '../engine/sequence.ts'
import { attributesOf } from '../engine/touched.ts'
import { withAliases } from './aliases.ts'
import { NOTHING } from './footprint.ts'
import { OutOfIds } from './id-pool.ts'
import { encodeIntent } from './intent.ts'
import { ownForms } from './own-forms.ts'
import { type Pending, pendingTx, toQueueRow } from './pending.ts'
import { type PredictEnv, predict } from './predict.ts'
import { DEFAULT_LIMITS } from './protocol.ts'
import { pushedBytes } from './pushed-bytes.ts'
import type { QueueBody } from './queue-body.ts'
import { withQueue } from './queue-source.ts'
import type { RejectedBody } from './rejected-body.ts'
import type { ReplicaState, Step } from './replica-state.ts'
import { verdictOf } from './verdict.ts'

/** One transaction that somebody wants made. */
export interface WriteRequest {
  /** Absent: the forms of the refused transaction that is sent again. */
  readonly forms: readonly unknown[] | undefined
  readonly options: WriteOptions
  /** The refused transaction that this one replaces. */
  readonly retryOf?: string
}

/** What became of one request. */
export type WriteResult = { readonly written: Written } | { readonly refused: unknown }

/** Runs `requests` in order on the view and queues what does not fail. The results are in the order of the requests. */
export async function planWrite(
  state: ReplicaState,
  requests: readonly WriteRequest[],
  env: PredictEnv,
): Promise<Step<readonly WriteResult[]>> {
  let { seq } = state
  let view: Db | LazyDb = state.view
  const { basisT } = state.view
  let growing = new GrowingDb(state.view)
  let instant = 0
  /** Ids for the next; where it is decided again, it takes the same. */
  const ids: number[] = []
  let taken = 0
  const take = (): number => {
    ids[taken] ??= env.take()
    return ids[taken++] as number
  }
  const results: WriteResult[] = []
  const queued: Pending[] = []
  const sentAgain = new Map(state.rejected)
  const datomsOf: PredictEnv['datomsOf'] = async (tx) =>
    queued.find((p) => pendingTx(p.seq) === tx)?.body.predicted ?? env.datomsOf(tx)
  const breaks = new Breaks()
  for (const request of requests) {
    const { sequence } = request.options
    ids.splice(0, taken)
    try {
      breaks.check(sequence)
      const txid = randomUuid()
      checkBasis(request.options, basisT)
      const body = newBody({ ...state, rejected: sentAgain }, request, env)
      const entry = { seq: seq + 1, txid, body }
      const { body: predicted, result } = await growing.decide((db, lack) => {
        taken = 0
        return predict(db, entry, { ...env, datomsOf, take, lack, instant })
      })
      checkSize(pushedBytes(predicted), DEFAULT_LIMITS.body - 1024)
      seq++
      queued.push({ seq, txid, body: predicted, t: undefined })
      instant = result.instant
      if (request.retryOf !== undefined) sentAgain.delete(request.retryOf)
      const { data, tempids } = result
      const [waiting, rejected] = [queued.length, new Map(sentAgain)]
      const tx = pendingTx(seq)
      growing.add({ tx, basisT, data })
      if (predicted.replaced.size > 0) growing = new GrowingDb(withAliases(await growing.whole(), predicted.replaced))
      const { now } = growing
      const queue = () => ({ entries: [...state.entries, ...queued.slice(0, waiting)], rejected })
      const after = new LazyDb(basisT, tx, () =>
        andThen(now instanceof LazyDb ? now.value : now, (made) => withQueue(made, queue)),
      )
      results.push({ written: { txid, tx, t: undefined, data, tempids, before: view, after } })
      view = after
    } catch (refused) {
      if (refused instanceof OutOfIds || verdictOf(refused) === undefined) throw refused
      breaks.add(sequence)
      results.push({ refused })
    }
  }
  if (queued.length === 0) return { result: results }
  const data = queued.flatMap(({ body }) => body.predicted ?? [])
  return {
    commit: {
      expect: { seq: state.seq },
      enqueue: queued.map(toQueueRow),
      unreject: [...state.rejected.keys()].filter((id) => !sentAgain.has(id)),
    },
    next: { ...state, view: await growing.whole(), seq, entries: [...state.entries, ...queued], rejected: sentAgain },
    touched: attributesOf(data),
    data,
    result: results,
  }
}

/** One that the remote would not even read could never leave the queue. */
function checkSize(bytes: number, limit: number): void {
  if (bytes <= limit) return
  throw new AnnalsError(
    'tx/too-large',
    `the transaction data takes ${bytes} bytes, and at most ${limit} can be synced: split it`,
    { bytes, limit },
  )
}

function newBody(state: ReplicaState, { forms, options, retryOf }: WriteRequest, env: PredictEnv): QueueBody {
  const refused = retryOf === undefined ? undefined : earlierOf(state, retryOf)
  if (retryOf !== undefined && refused === undefined) {
    throw new AnnalsError('sync/not-rejected', `no refused transaction has the id ${retryOf}`, { id: retryOf })
  }
  const own = forms === undefined ? undefined : ownForms(forms)
  const intent = own === undefined ? (refused as Earlier).intent : encodeIntent(own)
  checkSize(intent.length, DEFAULT_LIMITS.intent)
  return {
    intent,
    // those of one that was taken back may be in the log already
    ids: (retryOf !== undefined && state.rejected.get(retryOf)?.ids) || new Map(),
    basis: state.head.t,
    instant: Math.trunc(env.runtime.now()),
    txs: own === undefined ? (refused as Earlier).txs : pendingTxsIn(own, env),
    retryOf,
    schema: options.schema === true,
    withdrawn: false,
    generation: env.generation,
    predicted: undefined,
    footprint: NOTHING,
    replaced: new Map(),
    conflict: undefined,
  }
}

type Earlier = Pick<RejectedBody, 'intent' | 'txs'>

/** A refused transaction, or a pending one that was taken back. */
const earlierOf = ({ rejected, entries }: ReplicaState, id: string): Earlier | undefined =>
  rejected.get(id) ?? entries.find((p) => p.txid === id && p.body.withdrawn)?.body

/** The transactions whose pending entities are among the numbers in `forms`, by these. */
function pendingTxsIn(forms: readonly unknown[], env: PredictEnv): ReadonlyMap<number, string> {
  const numbers = new Set<number>()
  collectPending(forms, numbers)
  const txs = new Map<number, string>()
  for (const tx of numbers) {
    const txid = env.txidOf(tx)
    if (txid !== undefined) txs.set(tx, txid)
  }
  return txs
}

function collectPending(x: unknown, into: Set<number>): void {
  if (typeof x === 'number') {
    if (x >= PENDING_BASE) into.add(x)
  } else if (Array.isArray(x) || x instanceof Set) for (const item of x) collectPending(item, into)
  else if (x instanceof Map) for (const pair of x) collectPending(pair, into)
  else if (typeof x === 'object' && x !== null && !(x instanceof Uint8Array)) {
    for (const item of Object.values(x)) collectPending(item, into)
  }
}

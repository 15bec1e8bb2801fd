import type { Db as ApiDb, ShownDatom } from '../api/db.ts'
import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import { Builtin } from '../datom/builtin.ts'
import { tOfTx, txOfT } from '../datom/ids.ts'
import { readValue, stringValue } from '../datom/read-value.ts'
import type { Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import { entityWith } from '../db/entity.ts'
import { noveltySpeaksOf } from '../db/novelty.ts'
import type { Draft } from '../engine/draft.ts'
import type { LogRecord } from '../engine/record.ts'
import type { Runtime } from '../engine/runtime.ts'
import { showTxData } from '../engine/show-datoms.ts'
import type { LogRow } from '../storage/port.ts'
import { withAliases } from '../sync/aliases.ts'
import { decodeIntent } from '../sync/intent.ts'
import { aboutTx, proposals } from '../sync/predict.ts'
import type { IntentEntry, Limits } from '../sync/protocol.ts'
import { type Verdict, verdictOf } from '../sync/verdict.ts'
import { transact } from '../transact/transact.ts'
import type { DatomsOf, TransactEnv, Transaction } from '../transact/transaction.ts'
import { acceptable } from './proposals.ts'

/** What an application's `validate` is asked about, before a transaction is confirmed. */
export interface Proposal {
  readonly database: string
  /** As `authorize` named them; '' for nobody in particular. */
  readonly principal: string
  readonly before: ApiDb
  readonly after: ApiDb
  readonly txData: readonly ShownDatom[]
}

export interface Deciding {
  readonly database: string
  readonly runtime: Runtime
  readonly limits: Limits
  readonly validate: ((proposal: Proposal) => void | Promise<void>) | undefined
}

/** The replica a transaction comes from. */
export interface Author {
  readonly replica: string
  readonly principal: string
  /** Whether an id was leased to it. */
  readonly isLeased: (id: number) => boolean
  readonly aliases: ReadonlyMap<number, number>
}

export type Decision =
  | {
      readonly kind: 'confirmed'
      readonly row: LogRow
      /** What ids of the replica's became. */
      readonly aliases: ReadonlyMap<number, number>
    }
  | { readonly kind: 'rejected'; readonly verdict: Verdict }
  /** A schema or migration that is there already. */
  | { readonly kind: 'withdrawn'; readonly aliases: ReadonlyMap<number, number> }
  /** It calls a function that this server lacks: nothing is decided. */
  | { readonly kind: 'stopped'; readonly message: string }

/** Decides one transaction, and adds it to `draft` if it is confirmed. Rejects only when the place itself fails (storage). */
export async function decide(
  entry: IntentEntry,
  draft: Draft,
  author: Author,
  deciding: Deciding,
  datomsOf: DatomsOf,
): Promise<Decision> {
  const back = draft.mark()
  try {
    return await confirm(entry, draft, author, deciding, datomsOf)
  } catch (e) {
    back()
    if (isAnnalsError(e, 'tx/unknown-function')) return { kind: 'stopped', message: e.message }
    const verdict = verdictOf(e)
    if (verdict === undefined) throw e
    return { kind: 'rejected', verdict }
  }
}

async function confirm(
  entry: IntentEntry,
  draft: Draft,
  author: Author,
  deciding: Deciding,
  datomsOf: DatomsOf,
): Promise<Decision> {
  const { value } = draft
  const { validate, database, runtime } = deciding
  // whoever validates wants to see the value before
  const before = validate && (await value.whole())
  const { instant, data, empty, aliases, nextId } = await draft.decide(runtime, datomsOf, (db, env) =>
    run(entry, author, db, deciding.limits, env),
  )
  if (entry.schema && empty) return { kind: 'withdrawn', aliases }
  const t = draft.head.t + 1
  const origin = { replica: author.replica, seq: entry.seq }
  const row = draft.add({ t, txid: entry.txid, instant, data, origin, aliases }, nextId)
  if (before !== undefined) {
    await validate?.({
      database,
      principal: author.principal,
      before: runtime.show(before, datomsOf),
      after: runtime.show(await value.whole(), datomsOf),
      txData: showTxData(txOfT(t), data),
    })
  }
  return { kind: 'confirmed', row, aliases }
}

/** What an entry comes to on `db`. */
async function run(
  entry: IntentEntry,
  author: Author,
  db: Db,
  limits: Limits,
  env: Omit<TransactEnv, 'txid'>,
): Promise<Transaction & { readonly aliases: ReadonlyMap<number, number> }> {
  const { intent } = entry
  if (intent.length > limits.intent) throw tooLarge(intent.length, limits.intent)
  const view = withAliases({ ...db, aliases: author.aliases }, await namedTxs(db, entry))
  const result = await transact(view, decodeIntent(intent, limits.depth), {
    ...env,
    txid: entry.txid,
    ids: proposals(acceptable(db, entry.ids, author.isLeased, author.aliases)),
    about: about(entry, author),
  })
  const aliases = becameOf(entry, result.ids, (id) => !author.aliases.has(id) && !noveltySpeaksOf(db, id))
  return { ...result, aliases }
}

const tooLarge = (bytes: number, limit: number): AnnalsError =>
  new AnnalsError(
    'tx/too-large',
    `the transaction data takes ${bytes} bytes, and this server takes ${limit}: split it`,
    {
      bytes,
      limit,
    },
  )

/** Of the ids that an entry proposes, those that stand for another entity now, and which: only `free` ones may. */
function becameOf(
  { ids }: IntentEntry,
  final: Readonly<Record<string, number>>,
  free: (id: number) => boolean,
): ReadonlyMap<number, number> {
  const used = new Set(Object.values(final))
  const became = new Map<number, number>()
  for (const [name, id] of ids) {
    const now = Object.hasOwn(final, name) ? final[name] : undefined
    if (now !== undefined && now !== id && !used.has(id) && free(id)) became.set(id, now)
  }
  return became
}

function about(entry: IntentEntry, { replica, principal }: Author): (readonly [number, Value])[] {
  const facts = aboutTx(entry, replica)
  if (principal !== '') facts.push([Builtin.txUser, stringValue(principal)])
  return facts
}

/** Where the pending transactions that the intent names were confirmed. */
async function namedTxs(db: Db, { txs }: IntentEntry): Promise<[number, number][]> {
  const found: [number, number][] = []
  for (const [pending, txid] of txs) {
    const tx = await entityWith(db, Builtin.txId, readValue('uuid', txid, ':tx/id'))
    if (tx !== undefined) found.push([pending, tx])
  }
  return found
}

/** Reads a transaction's datoms from the log. */
export function datomsFrom(read: (t: number) => Promise<LogRecord | undefined>): DatomsOf {
  return async (tx) => (await read(tOfTx(tx)))?.data
}

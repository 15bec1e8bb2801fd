import type { ErrorCode } from '../base/errors.ts'
import { txOfT } from '../datom/ids.ts'
import type { Db } from '../db/db.ts'
import { decodeRecord, type LogRecord } from '../engine/record.ts'
import type { AliasRow, LogRow, OutcomeRow, RemoteCommit, RemoteStore, ReplicaRow } from '../storage/port.ts'
import { mergeAliases } from '../sync/aliases.ts'
import { isUnused } from '../sync/is-unused.ts'
import type { AliasPair, Outcome, Push, PushEntry, VoidEntry } from '../sync/protocol.ts'
import { type Author, type Deciding, decide, type Place } from './decide.ts'
import { readOutcomeRow, WITHDRAWN, writeDetail } from './outcome-detail.ts'

export type PushDecision =
  | { readonly kind: 'fork' }
  | { readonly kind: 'gap'; readonly last: number }
  | {
      readonly kind: 'decided'
      readonly outcomes: readonly (Outcome & { readonly txid: string })[]
      readonly stopped: { readonly code: ErrorCode; readonly message: string } | undefined
      /** Where the log stands once `commit` is stored. */
      readonly place: Place
      /** undefined when everything had been decided before. */
      readonly commit: Omit<RemoteCommit, 'expect'> | undefined
    }

/** A push halfway through. */
interface Work {
  place: Place
  author: Author
  lastSeq: number
  lastTxid: string
  readonly rows: LogRow[]
  readonly decided: OutcomeRow[]
  readonly aliasRows: AliasRow[]
}

/**
 * Decides the transactions of a push in order, on `start`. What was decided before is answered as it was, whoever pushed it; the
 * rest is accepted only where it follows the replica's last one.
 */
export async function decidePush(
  push: Push,
  replica: ReplicaRow,
  start: Place,
  store: RemoteStore,
  deciding: Deciding,
): Promise<PushDecision> {
  if (push.epoch !== replica.epoch) return { kind: 'fork' }
  const known = await store.outcomes(push.entries.map((e) => e.txid))
  const work: Work = {
    place: start,
    author: {
      replica: replica.replica,
      principal: replica.principal,
      leases: await store.leases(replica.replica),
      aliases: new Map((await store.aliases(replica.replica)).map(({ id, final }) => [id, final])),
    },
    lastSeq: replica.lastSeq,
    lastTxid: replica.lastTxid,
    rows: [],
    decided: [],
    aliasRows: [],
  }
  const outcomes: (Outcome & { readonly txid: string })[] = []
  let stopped: { readonly code: ErrorCode; readonly message: string } | undefined
  let prev = push.prev
  for (const entry of push.entries) {
    const follows = entry.seq === work.lastSeq + 1 && prev === work.lastTxid
    const before = known.get(entry.txid)
    if (before === undefined && !follows) {
      return entry.seq > work.lastSeq + 1 ? { kind: 'gap', last: work.lastSeq } : { kind: 'fork' }
    }
    const row = before ?? (await decideEntry(entry, work, replica, deciding))
    if (typeof row === 'string') {
      stopped = { code: 'sync/unknown-function', message: row }
      break
    }
    if (before !== undefined) await inheritAliases(before, work, store)
    if (follows) {
      work.lastSeq = entry.seq
      work.lastTxid = entry.txid
    }
    outcomes.push({ ...readOutcomeRow(row, aliasesOf(entry, work.author)), txid: entry.txid })
    prev = entry.txid
  }
  return { kind: 'decided', outcomes, stopped, place: work.place, commit: commitOf(work, replica, start) }
}

function commitOf(work: Work, replica: ReplicaRow, start: Place): Omit<RemoteCommit, 'expect'> | undefined {
  const { lastSeq, lastTxid, rows, decided, aliasRows, place } = work
  if (lastSeq === replica.lastSeq && decided.length === 0 && aliasRows.length === 0) return undefined
  return {
    log: rows,
    outcomes: decided,
    aliases: aliasRows,
    replica: { ...replica, lastSeq, lastTxid },
    ...(place.nextId !== start.nextId && { nextId: place.nextId }),
  }
}

/** The outcome of an entry that has none; or, as text, why there can be none yet. */
async function decideEntry(
  entry: PushEntry,
  work: Work,
  { replica }: ReplicaRow,
  deciding: Deciding,
): Promise<OutcomeRow | string> {
  const { txid, seq } = entry
  const own = { txid, replica, seq, t: undefined, code: undefined, detail: undefined }
  if ('void' in entry) {
    addAliases(work, becameOf(entry, work.place.db, work.author))
    return record(work, { ...own, code: WITHDRAWN })
  }
  const readLog = deciding.datomsOf
  const datomsOf: Deciding['datomsOf'] = async (tx) => recordOf(work, tx)?.data ?? readLog(tx)
  const decision = await decide(entry, work.place, work.author, { ...deciding, datomsOf })
  switch (decision.kind) {
    case 'stopped':
      return decision.message
    case 'rejected':
      return record(work, { ...own, code: decision.verdict.code, detail: writeDetail(decision.verdict) })
    case 'withdrawn':
      addAliases(work, decision.aliases)
      return record(work, { ...own, code: WITHDRAWN })
    case 'confirmed':
      work.place = decision.place
      work.rows.push(decision.row)
      addAliases(work, decision.aliases)
      return record(work, { ...own, t: decision.row.t })
  }
}

/** What the ids that an entry proposes are known to have become. */
function aliasesOf(entry: PushEntry, { aliases }: Author): AliasPair[] {
  const ids = 'void' in entry ? entry.became : entry.ids.map(([, id]) => [id] as const)
  return ids.flatMap(([id]) => (aliases.has(id) ? [[id, aliases.get(id) as number] as const] : []))
}

function record(work: Work, row: OutcomeRow): OutcomeRow {
  work.decided.push(row)
  return row
}

/** Records of this very push are not in the log yet. */
function recordOf({ rows }: Work, tx: number): LogRecord | undefined {
  const row = rows.find(({ t }) => txOfT(t) === tx)
  return row && decodeRecord(row)
}

/** What the ids of a withdrawn transaction became: believed only where it can mislead nobody but the replica. */
const becameOf = ({ became }: VoidEntry, db: Db, { aliases }: Author): AliasPair[] =>
  became
    .map(([id, now]): AliasPair => [id, aliases.get(now) ?? now])
    .filter(([id, final]) => isUnused(db, id) && !isUnused(db, final))

function addAliases(work: Work, pairs: Iterable<readonly [number, number]>): void {
  const { aliases, replica } = work.author
  const news = [...pairs].filter(([id]) => !aliases.has(id))
  for (const [id, final] of news) work.aliasRows.push({ replica, id, final })
  work.author = { ...work.author, aliases: mergeAliases(aliases, news) }
}

/** A transaction that another identity of this replica had pushed: its ids became for this one what they became for that. */
async function inheritAliases({ t, replica }: OutcomeRow, work: Work, store: RemoteStore): Promise<void> {
  if (t === undefined || replica === work.author.replica) return
  const [row] = await store.readLog(t, 1)
  if (row !== undefined) addAliases(work, decodeRecord(row).aliases)
}

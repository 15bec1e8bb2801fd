import type { ErrorCode } from '../base/errors.ts'
import type { Db } from '../db/db.ts'
import { noveltySpeaksOf } from '../db/novelty.ts'
import { decodeRecord } from '../engine/record.ts'
import type { AliasRow, LogRow, OutcomeRow, ReplicaRow } from '../storage/port.ts'
import { mergeAliases } from '../sync/aliases.ts'
import type { AliasPair, Outcome, Push, PushEntry, VoidEntry } from '../sync/protocol.ts'
import { type Author, type Deciding, datomsFrom, decide } from './decide.ts'
import type { Addition, Group } from './group.ts'
import { leasedIds } from './leased-ids.ts'
import { readOutcomeRow, WITHDRAWN, writeDetail } from './outcome-detail.ts'
import { PushTime } from './push-time.ts'

export type PushDecision =
  | { readonly kind: 'fork' }
  | { readonly kind: 'gap'; readonly last: number }
  | {
      readonly kind: 'decided'
      readonly outcomes: readonly (Outcome & { readonly txid: string })[]
      readonly stopped: { readonly code: ErrorCode; readonly message: string } | undefined
      readonly addition: Addition
    }

/** A push halfway through. */
interface Work {
  author: Author
  lastSeq: number
  lastTxid: string
  readonly rows: LogRow[]
  readonly decided: OutcomeRow[]
  readonly aliasRows: AliasRow[]
}

/**
 * Decides the transactions of a push in order, where `group` stands. What was decided before is answered as it was, whoever pushed
 * it; the rest is accepted only where it follows the replica's last one. What is confirmed is in the group's draft already. The last
 * ones are left undecided when the first take long.
 */
export async function decidePush(
  push: Push,
  replica: ReplicaRow,
  group: Group,
  deciding: Deciding,
): Promise<PushDecision> {
  if (push.epoch !== replica.epoch) return { kind: 'fork' }
  const work: Work = {
    author: {
      replica: replica.replica,
      principal: replica.principal,
      isLeased: leasedIds(group.leases(replica.replica)),
      aliases: mergeAliases(new Map(), group.aliases(replica.replica)),
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
  const time = new PushTime()
  for (const entry of push.entries) {
    const follows = entry.seq === work.lastSeq + 1 && prev === work.lastTxid
    const before = group.outcome(entry.txid)
    if (before === undefined && !follows) {
      return entry.seq > work.lastSeq + 1 ? { kind: 'gap', last: work.lastSeq } : { kind: 'fork' }
    }
    const row = before ?? (await decideEntry(entry, work, replica, group, deciding))
    if (typeof row === 'string') {
      stopped = { code: 'sync/unknown-function', message: row }
      break
    }
    if (follows) {
      if (before !== undefined) await inheritAliases(before, work, group)
      work.lastSeq = entry.seq
      work.lastTxid = entry.txid
    }
    outcomes.push({ ...readOutcomeRow(row, aliasesOf(entry, work.author)), txid: entry.txid })
    prev = entry.txid
    if (time.isUp) break
    await time.pause()
  }
  return { kind: 'decided', outcomes, stopped, addition: additionOf(work, replica) }
}

function additionOf({ lastSeq, lastTxid, rows, decided, aliasRows }: Work, replica: ReplicaRow): Addition {
  const moved = lastSeq !== replica.lastSeq
  return {
    log: rows,
    outcomes: decided,
    aliases: aliasRows,
    replicas: moved ? [{ ...replica, lastSeq, lastTxid }] : [],
  }
}

/** The outcome of an entry that has none; or, as text, why there can be none yet. */
async function decideEntry(
  entry: PushEntry,
  work: Work,
  { replica }: ReplicaRow,
  group: Group,
  deciding: Deciding,
): Promise<OutcomeRow | string> {
  const { txid, seq } = entry
  const own = { txid, replica, seq, t: undefined, code: undefined, detail: undefined }
  if ('void' in entry) {
    addAliases(work, becameOf(entry, await group.draft.value.whole(), work.author))
    return record(work, { ...own, code: WITHDRAWN })
  }
  const datomsOf = datomsFrom(async (t) => {
    const row = work.rows.find((own) => own.t === t) ?? (await group.row(t))
    return row && decodeRecord(row)
  })
  const decision = await decide(entry, group.draft, work.author, deciding, datomsOf)
  switch (decision.kind) {
    case 'stopped':
      return decision.message
    case 'rejected':
      return record(work, { ...own, code: decision.verdict.code, detail: writeDetail(decision.verdict) })
    case 'withdrawn':
      addAliases(work, decision.aliases)
      return record(work, { ...own, code: WITHDRAWN })
    case 'confirmed':
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

/** What the ids of a withdrawn transaction became: believed only where it can mislead nobody but the replica. */
const becameOf = ({ became }: VoidEntry, db: Db, { aliases }: Author): AliasPair[] =>
  became
    .map(([id, now]): AliasPair => [id, aliases.get(now) ?? now])
    .filter(([id, final]) => !noveltySpeaksOf(db, id) && noveltySpeaksOf(db, final))

function addAliases(work: Work, pairs: Iterable<readonly [number, number]>): void {
  const { aliases, replica } = work.author
  const news = [...new Map(pairs)].filter(([id]) => !aliases.has(id))
  for (const [id, final] of news) work.aliasRows.push({ replica, id, final })
  work.author = { ...work.author, aliases: mergeAliases(aliases, news) }
}

/** A transaction that another identity of this replica had pushed: its ids became for this one what they became for that. */
async function inheritAliases({ t, replica }: OutcomeRow, work: Work, group: Group): Promise<void> {
  if (t === undefined || replica === work.author.replica) return
  const row = await group.row(t)
  if (row === undefined) return
  const { aliases } = decodeRecord(row)
  await group.askAliases(work.author.replica, [...aliases.keys()])
  work.author = { ...work.author, aliases: mergeAliases(work.author.aliases, group.aliases(work.author.replica)) }
  addAliases(work, aliases)
}

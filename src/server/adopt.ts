import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import { PROVISIONAL_BASE } from '../datom/ids.ts'
import { decodeRecord, type LogRecord } from '../engine/record.ts'
import { applyRows } from '../engine/replay.ts'
import type { AliasRow, LogRow, RemoteCommit, RemoteStore } from '../storage/port.ts'
import type { Adopt, AdoptAnswer } from '../sync/protocol.ts'
import type { NodeLog } from './node-log.ts'

/** Ids left out after adopted records: replicas may hold leases that this log knows nothing of. */
const GAP = 2 ** 20

/**
 * Appends records that were decided elsewhere: a backup's, or those of a database that had no remote. Throws `backup/does-not-follow`
 * unless the log stands at `t` and `hash`, `backup/corrupt` when the chain does not hold or a transaction was decided before; then
 * nothing is stored.
 */
export async function adopt(log: NodeLog, { t, hash, rows }: Adopt): Promise<AdoptAnswer> {
  for (;;) {
    await log.catchUp()
    const { place } = log
    if (place.head.t !== t || place.head.hash !== hash) throw doesNotFollow(log, t)
    await checkTxids(log.store, rows)
    const { db, head } = await applyRows(place.db, place.head, rows).catch(notRecords)
    const change = adoption(rows, place.nextId)
    const { nextId } = change
    if (!(await log.commit(change))) continue
    log.moveTo({ db, head, nextId }, rows, nextId)
    return { t: head.t }
  }
}

function doesNotFollow({ database, head: { t } }: NodeLog, follows: number): AnnalsError {
  const what = follows === t ? `t ${t} of another log` : `t ${follows}`
  return new AnnalsError(
    'backup/does-not-follow',
    `the log of ${database} stands at t ${t}; what follows ${what} cannot be appended`,
    { t, follows },
  )
}

/** Throws `backup/corrupt` for a transaction that is in `rows` twice, or that the log was asked for before: each is decided once. */
async function checkTxids(store: RemoteStore, rows: readonly LogRow[]): Promise<void> {
  const txids = rows.map(({ txid }) => txid)
  const decided = new Set((await store.outcomes(txids)).keys())
  for (const txid of txids) {
    if (decided.has(txid)) throw new AnnalsError('backup/corrupt', `transaction ${txid} was decided before`, { txid })
    decided.add(txid)
  }
}

/** What is stored for records that were decided elsewhere: with them their outcomes, so that each stays confirmed once. */
function adoption(rows: readonly LogRow[], nextId: number): Omit<RemoteCommit, 'expect'> & { readonly nextId: number } {
  const records = rows.map(decodeRecord)
  let used = 0
  for (const { data } of records) for (const e of data.e) if (e < PROVISIONAL_BASE) used = Math.max(used, e)
  const free = used < nextId ? nextId : Math.min(used + 1 + GAP, PROVISIONAL_BASE - 1)
  return {
    log: rows,
    nextId: Math.max(nextId, free),
    outcomes: records.map(({ t, txid, origin }) => {
      return { txid, replica: origin?.replica ?? '', seq: origin?.seq ?? 0, t, code: undefined, detail: undefined }
    }),
    aliases: aliasRows(records),
  }
}

/** The first that a replica's id became, as it was when it was decided. */
function aliasRows(records: readonly LogRecord[]): AliasRow[] {
  const rows = new Map<string, AliasRow>()
  for (const { origin, aliases } of records) {
    if (origin === undefined) continue
    for (const [id, final] of aliases) {
      const key = `${id} ${origin.replica}`
      if (!rows.has(key)) rows.set(key, { replica: origin.replica, id, final })
    }
  }
  return [...rows.values()]
}

/** Throws `backup/corrupt`. */
function notRecords(cause: unknown): never {
  const said = isAnnalsError(cause) ? cause.message : 'they cannot be applied'
  throw new AnnalsError('backup/corrupt', `these are not the records of a log: ${said}`, {}, { cause })
}

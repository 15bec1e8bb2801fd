import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import { PROVISIONAL_BASE } from '../datom/ids.ts'
import { decodeRecord, type LogRecord } from '../engine/record.ts'
import type { AliasRow, LogRow, RemoteCommit } from '../storage/port.ts'

/** Ids left out after adopted records: replicas may hold leases that this log knows nothing of. */
const GAP = 2 ** 20

/** What is stored for records that were decided elsewhere: with them their outcomes, so that each stays confirmed once. */
export function adoption(
  rows: readonly LogRow[],
  nextId: number,
): Omit<RemoteCommit, 'expect'> & { readonly nextId: number } {
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
export function notRecords(cause: unknown): never {
  const said = isAnnalsError(cause) ? cause.message : 'they cannot be applied'
  throw new AnnalsError('backup/corrupt', `these are not the records of a log: ${said}`, {}, { cause })
}

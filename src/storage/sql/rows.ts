import type { ExpressionBuilder, Kysely, Selectable } from 'kysely'
import type { AliasRow, LeaseRow, LogRow, OutcomeRow, RemoteHead, ReplicaRow } from '../port.ts'
import type { Tables } from './tables.ts'

// Reads rows as the port shows them. Drivers differ: a bigint may come as text, bytes as Buffer or ArrayBuffer.

/** Values that one SELECT looks for: servers take 32,766 parameters or more. */
const SELECT_VALUES = 1000

function* inParts<T>(values: readonly T[]): Generator<readonly T[]> {
  for (let i = 0; i < values.length; i += SELECT_VALUES) yield values.slice(i, i + SELECT_VALUES)
}

export async function headRow(db: Kysely<Tables>, name: string): Promise<RemoteHead | undefined> {
  const excisions = ({ selectFrom }: ExpressionBuilder<Tables, 'annals_head'>) =>
    selectFrom('annals_excision')
      .select((eb) => eb.fn.max('n').as('n'))
      .where('annals_excision.db', '=', name)
      .as('excisions')
  const query = db.selectFrom('annals_head').selectAll().select(excisions).where('db', '=', name)
  const row = await query.executeTakeFirst()
  // MySQL and MariaDB take names that differ in spaces at their end for the same
  if (row?.db !== name) return undefined
  const { t, hash, epoch, next_id, excisions: last } = row
  return { t: Number(t), hash, epoch, nextId: Number(next_id), excisions: Number(last ?? 0) }
}

export async function logRows(db: Kysely<Tables>, name: string, from: number, to: number): Promise<LogRow[]> {
  let query = db.selectFrom('annals_log').selectAll().where('db', '=', name).where('t', '>=', from).orderBy('t')
  if (to !== Number.POSITIVE_INFINITY) query = query.where('t', '<=', to)
  const rows = await query.execute()
  return rows.map(({ t, txid, body, hash }) => ({ t: Number(t), txid, body: new Uint8Array(body), hash }))
}

export async function outcomeRows(db: Kysely<Tables>, name: string, txids: readonly string[]): Promise<OutcomeRow[]> {
  const found: Selectable<Tables['annals_outcome']>[] = []
  for (const some of inParts(txids)) {
    const query = db.selectFrom('annals_outcome').selectAll().where('db', '=', name).where('txid', 'in', some)
    found.push(...(await query.execute()))
  }
  return found.map(toOutcome)
}

export async function refusedRows(db: Kysely<Tables>, name: string, limit: number): Promise<OutcomeRow[]> {
  const all = db.selectFrom('annals_outcome').selectAll().where('db', '=', name)
  const refused = all.where('code', 'is not', null).where('code', '!=', 'withdrawn')
  return (await refused.orderBy('replica').orderBy('seq').limit(limit).execute()).map(toOutcome)
}

function toOutcome({ txid, replica, seq, t, code, detail }: Selectable<Tables['annals_outcome']>): OutcomeRow {
  const place = t === null ? undefined : Number(t)
  return { txid, replica, seq: Number(seq), t: place, code: code ?? undefined, detail: detail ?? undefined }
}

export async function replicaRows(
  db: Kysely<Tables>,
  name: string,
  ids: readonly string[],
): Promise<Map<string, ReplicaRow>> {
  if (ids.length === 0) return new Map()
  const all = db.selectFrom('annals_replica').selectAll().where('db', '=', name)
  const rows = await all.where('replica', 'in', ids).execute()
  return new Map(
    rows.map(({ replica, epoch, nonce, last_seq, last_txid, principal }) => {
      return [
        replica,
        { replica, epoch: Number(epoch), nonce, lastSeq: Number(last_seq), lastTxid: last_txid, principal },
      ]
    }),
  )
}

export async function leaseRows(db: Kysely<Tables>, name: string, replicas: readonly string[]): Promise<LeaseRow[]> {
  if (replicas.length === 0) return []
  const all = db.selectFrom('annals_lease').selectAll().where('db', '=', name)
  const rows = await all.where('replica', 'in', replicas).orderBy('from_id').execute()
  return rows.map(({ replica, from_id, to_id }) => ({ replica, from: Number(from_id), to: Number(to_id) }))
}

export async function aliasRows(
  db: Kysely<Tables>,
  name: string,
  replicas: readonly string[],
  ids?: readonly number[],
): Promise<AliasRow[]> {
  if (replicas.length === 0) return []
  const all = db.selectFrom('annals_alias').selectAll().where('db', '=', name).where('replica', 'in', replicas)
  const parts = ids === undefined ? [all] : [...inParts(ids)].map((some) => all.where('id', 'in', some))
  const found: AliasRow[] = []
  for (const part of parts) {
    const rows = await part.orderBy('replica').orderBy('id').execute()
    for (const { replica, id, final } of rows) found.push({ replica, id: Number(id), final: Number(final) })
  }
  return found
}

export async function excisionTs(db: Kysely<Tables>, name: string, after: number): Promise<number[]> {
  const all = db.selectFrom('annals_excision').select('t').where('db', '=', name)
  const rows = await all.where('n', '>', after).orderBy('n').execute()
  return rows.map(({ t }) => Number(t))
}

import { deserialize, serialize } from 'node:v8'
import type { Kysely, Selectable } from 'kysely'
import { AnnalsError } from '../../base/errors.ts'
import type { IndexHead, LocalHeads, LogRow, QueueRow, RejectedRow } from '../port.ts'
import type { Tables } from './tables.ts'

// Reads rows as the port shows them. Drivers differ: a bigint may come as text, bytes as Buffer or ArrayBuffer.

/** One local database from its making to its end: what is made under its name later is another. */
export interface Life {
  readonly db: string
  readonly life: string
}

/** A local database as its one row tells of it. */
export interface Local extends Life {
  readonly version: number
  readonly heads: LocalHeads
  readonly index: IndexHead
}

export function toLocal(row: Selectable<Tables['annals_local']>): Local {
  const { db, life, version, t, hash, seq, txid, claim, index_epoch, next_segment } = row
  const confirmed = { t: Number(t), hash }
  return {
    db,
    life,
    version: Number(version),
    heads: { confirmed, queue: { seq: Number(seq), txid }, claim: Number(claim) },
    index: { epoch: Number(index_epoch), nextId: Number(next_segment) },
  }
}

export async function localRow(db: Kysely<Tables>, name: string): Promise<Local | undefined> {
  const row = await db.selectFrom('annals_local').selectAll().where('db', '=', name).executeTakeFirst()
  // MySQL and MariaDB take names that differ in spaces at their end for the same
  return row?.db === name ? toLocal(row) : undefined
}

/** Rows with `from <= t <= to`. */
export async function localLogRows(db: Kysely<Tables>, life: string, from: number, to: number): Promise<LogRow[]> {
  const all = db.selectFrom('annals_local_log').selectAll().where('life', '=', life).orderBy('t')
  const rows = await all.where('t', '>=', from).where('t', '<=', to).execute()
  return rows.map(({ t, txid, body, hash }) => ({ t: Number(t), txid, body: new Uint8Array(body), hash }))
}

/** Rows with a seq above `beyond`. */
export async function queueRows(db: Kysely<Tables>, life: string, beyond: number): Promise<QueueRow[]> {
  const all = db.selectFrom('annals_local_queue').selectAll().where('life', '=', life).orderBy('seq')
  const rows = await all.where('seq', '>', beyond).execute()
  return rows.map(({ seq, txid, body }) => ({ seq: Number(seq), txid, body: new Uint8Array(body) }))
}

/** The seq of the first row of the queue; undefined without any. */
export async function firstSeq(db: Kysely<Tables>, life: string): Promise<number | undefined> {
  const all = db.selectFrom('annals_local_queue').select('seq').where('life', '=', life).orderBy('seq').limit(1)
  const row = await all.executeTakeFirst()
  return row && Number(row.seq)
}

export async function rejectedRows(db: Kysely<Tables>, life: string): Promise<RejectedRow[]> {
  const all = db.selectFrom('annals_local_rejected').selectAll().where('life', '=', life)
  const rows = await all.orderBy('place').execute()
  return rows.map(({ txid, body }) => ({ txid, body: new Uint8Array(body) }))
}

export async function metaValues(db: Kysely<Tables>, life: string): Promise<Map<string, unknown>> {
  const rows = await db.selectFrom('annals_local_meta').selectAll().where('life', '=', life).execute()
  return new Map(rows.map(({ name, value }) => [name, deserialize(new Uint8Array(value))]))
}

/** A named value as bytes. `storage/failed` names the one that cannot be stored (a function, a proxy). */
export function metaBytes(name: string, value: unknown): Uint8Array {
  try {
    return serialize(value)
  } catch (cause) {
    throw new AnnalsError('storage/failed', `The value of "${name}" cannot be stored: ${cause}`, { name }, { cause })
  }
}

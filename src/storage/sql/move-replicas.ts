import { sql, type Transaction } from 'kysely'
import type { ReplicaRow } from '../port.ts'
import { replicaMayBecome } from '../remote-commit.ts'
import { chunks } from './chunks.ts'
import { knowsOnConflict } from './on-conflict.ts'
import { replicaRows } from './rows.ts'
import type { Tables } from './tables.ts'

/** False where one of them may not move so. */
export async function moveReplicas(
  tx: Transaction<Tables>,
  name: string,
  next: readonly ReplicaRow[],
): Promise<boolean> {
  const move = knowsOnConflict(tx) ? overwrite : writeAnew
  for (const rows of chunks(next)) if (!(await move(tx, name, rows))) return false
  return true
}

/** What `replicaMayBecome` says, to a server. */
const MAY_BECOME = sql<boolean>`excluded.epoch > annals_replica.epoch or (
  excluded.epoch = annals_replica.epoch
  and excluded.nonce = annals_replica.nonce
  and excluded.principal = annals_replica.principal
  and (
    excluded.last_seq > annals_replica.last_seq
    or (excluded.last_seq = annals_replica.last_seq and excluded.last_txid = annals_replica.last_txid)
  )
)`

async function overwrite(tx: Transaction<Tables>, name: string, rows: readonly ReplicaRow[]): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await overwriteReplicas(tx, name, rows).executeTakeFirstOrThrow()
  return Number(numInsertedOrUpdatedRows) === rows.length
}

/** One statement, for a server that {@link knowsOnConflict}: leaves those as they are that may not move so. */
export const overwriteReplicas = (tx: Transaction<Tables>, name: string, rows: readonly ReplicaRow[]) =>
  tx
    .insertInto('annals_replica')
    .values(rows.map((row) => valuesOf(name, row)))
    .onConflict((on) =>
      on
        .columns(['db', 'replica'])
        .doUpdateSet(({ ref }) => ({
          epoch: ref('excluded.epoch'),
          nonce: ref('excluded.nonce'),
          last_seq: ref('excluded.last_seq'),
          last_txid: ref('excluded.last_txid'),
          principal: ref('excluded.principal'),
        }))
        .where(MAY_BECOME),
    )

/** Deleted and inserted, which every server can do to many in one statement. */
async function writeAnew(tx: Transaction<Tables>, name: string, rows: readonly ReplicaRow[]): Promise<boolean> {
  const ids = rows.map(({ replica }) => replica)
  const now = await replicaRows(tx, name, ids)
  if (!rows.every((row) => replicaMayBecome(now.get(row.replica), row))) return false
  if (now.size > 0) await tx.deleteFrom('annals_replica').where('db', '=', name).where('replica', 'in', ids).execute()
  await tx
    .insertInto('annals_replica')
    .values(rows.map((row) => valuesOf(name, row)))
    .execute()
  return true
}

const valuesOf = (db: string, { replica, epoch, nonce, lastSeq, lastTxid, principal }: ReplicaRow) => {
  return { db, replica, epoch, nonce, last_seq: lastSeq, last_txid: lastTxid, principal }
}

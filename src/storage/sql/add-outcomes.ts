import type { Transaction } from 'kysely'
import type { OutcomeRow } from '../port.ts'
import { chunks } from './chunks.ts'
import { knowsOnConflict } from './on-conflict.ts'
import { outcomeRows } from './rows.ts'
import type { Tables } from './tables.ts'

/** False where one of the transactions was decided before: what was refused moves no head, and another node may have been at the same. */
export async function addOutcomes(
  tx: Transaction<Tables>,
  name: string,
  outcomes: readonly OutcomeRow[],
): Promise<boolean> {
  const ignores = knowsOnConflict(tx)
  for (const rows of chunks(outcomes, detailBytes)) {
    if (!ignores && (await outcomeRows(tx, name, txidsOf(rows))).length > 0) return false
    const values = rows.map(({ txid, replica, seq, t = null, code = null, detail = null }) => {
      return { db: name, txid, replica, seq, t, code, detail }
    })
    const insert = tx.insertInto('annals_outcome').values(values)
    const unlessThere = ignores ? insert.onConflict((on) => on.columns(['db', 'txid']).doNothing()) : insert
    const { numInsertedOrUpdatedRows } = await unlessThere.executeTakeFirstOrThrow()
    if (ignores && Number(numInsertedOrUpdatedRows) < values.length) return false
  }
  return true
}

/** At most: a UTF-16 unit takes up to three. */
const detailBytes = ({ detail = '' }: OutcomeRow): number => 3 * detail.length

const txidsOf = (rows: readonly OutcomeRow[]): string[] => rows.map(({ txid }) => txid)

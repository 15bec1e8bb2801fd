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
    const insert = insertOutcomes(tx, name, rows)
    const { numInsertedOrUpdatedRows } = await (ignores ? unlessThere(insert) : insert).executeTakeFirstOrThrow()
    if (ignores && Number(numInsertedOrUpdatedRows) < rows.length) return false
  }
  return true
}

/** One statement, for a server that {@link knowsOnConflict}: leaves out those that are there. */
export const insertNewOutcomes = (tx: Transaction<Tables>, name: string, rows: readonly OutcomeRow[]) =>
  unlessThere(insertOutcomes(tx, name, rows))

const insertOutcomes = (tx: Transaction<Tables>, name: string, rows: readonly OutcomeRow[]) =>
  tx.insertInto('annals_outcome').values(
    rows.map(({ txid, replica, seq, t = null, code = null, detail = null }) => {
      return { db: name, txid, replica, seq, t, code, detail }
    }),
  )

const unlessThere = (insert: ReturnType<typeof insertOutcomes>) =>
  insert.onConflict((on) => on.columns(['db', 'txid']).doNothing())

/** At most: a UTF-16 unit takes up to three. */
export const detailBytes = ({ detail = '' }: OutcomeRow): number => 3 * detail.length

const txidsOf = (rows: readonly OutcomeRow[]): string[] => rows.map(({ txid }) => txid)

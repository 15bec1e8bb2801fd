import type { Transaction } from 'kysely'
import type { RemoteCommit } from '../port.ts'
import { detailBytes, insertNewOutcomes } from './add-outcomes.ts'
import { bodyBytes, chunks } from './chunks.ts'
import { insertRecords } from './insert-records.ts'
import { overwriteReplicas } from './move-replicas.ts'
import type { Tables } from './tables.ts'

/** What pushes came to. */
export type Decided = Required<Pick<RemoteCommit, 'log' | 'outcomes' | 'replicas'>>

/** Whether all of it goes into one statement: something of each, and no more than one INSERT takes. */
export function isSmall({ log = [], outcomes = [], replicas = [] }: RemoteCommit): boolean {
  const parts = [chunks(log, bodyBytes), chunks(outcomes, detailBytes), chunks(replicas)]
  return parts.every((part) => [...part].length === 1)
}

/**
 * Adds all of it by one statement: each costs a way to the server and back, while others wait for the head. False where an outcome is
 * there already, or a replica may not move so. For PostgreSQL, which knows INSERTs within a SELECT. Requires {@link isSmall}.
 */
export async function addAtOnce(
  tx: Transaction<Tables>,
  name: string,
  { log, outcomes, replicas }: Decided,
): Promise<boolean> {
  const added = await tx
    .with('records', () => insertRecords(tx, name, log).returning('t'))
    .with('decided', () => insertNewOutcomes(tx, name, outcomes).returning('txid'))
    .with('moved', () => overwriteReplicas(tx, name, replicas).returning('replica'))
    .selectNoFrom(({ selectFrom, fn }) => [
      selectFrom('decided').select(fn.countAll().as('n')).as('outcomes'),
      selectFrom('moved').select(fn.countAll().as('n')).as('replicas'),
    ])
    .executeTakeFirstOrThrow()
  return Number(added.outcomes) === outcomes.length && Number(added.replicas) === replicas.length
}

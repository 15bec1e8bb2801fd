import type { Kysely } from 'kysely'
import { columnTypes } from './column-types.ts'
import type { Tables } from './tables.ts'

/** Version 3: remote logs tell how often facts were taken out of them, and by which transactions. */
export async function createExcisions(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('annals_excision')
    .ifNotExists()
    .addColumn('db', columnTypes(db).name, (c) => c.notNull())
    .addColumn('n', 'bigint', (c) => c.notNull())
    .addColumn('t', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('annals_excision_pk', ['db', 'n'])
    .execute()
}

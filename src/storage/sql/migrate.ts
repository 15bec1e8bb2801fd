import { type Kysely, PostgresAdapter, sql } from 'kysely'
import { AnnalsError } from '../../base/errors.ts'
import { createExcisions } from './create-excisions.ts'
import { createLocalTables } from './create-local-tables.ts'
import { createRemoteTables } from './create-remote-tables.ts'
import type { Tables } from './tables.ts'

/** What leads from each version of the tables to the next. Only ever append. */
const MIGRATIONS: readonly ((db: Kysely<Tables>) => Promise<void>)[] = [
  createRemoteTables,
  createLocalTables,
  createExcisions,
]

/** The newest version that this code knows, and makes. */
export const SCHEMA_VERSION = MIGRATIONS.length

/**
 * Brings the tables to the newest version; several nodes may do so at once. `storage/newer-format`, and nothing touched,
 * when a newer version of annals has been here.
 */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const found = await versionOf(db)
  if (found === SCHEMA_VERSION) return
  try {
    await db.transaction().execute(async (tx) => {
      for (const step of MIGRATIONS.slice(found)) await step(tx)
      if (found === 0) await tx.insertInto('annals_schema').values({ id: 1, version: SCHEMA_VERSION }).execute()
      else await tx.updateTable('annals_schema').set({ version: SCHEMA_VERSION }).where('version', '=', found).execute()
    })
  } catch (e) {
    // Another node may have been faster.
    if ((await versionOf(db)) !== SCHEMA_VERSION) throw e
  }
}

/** 0 where there are no tables. */
async function versionOf(db: Kysely<Tables>): Promise<number> {
  if (!(await hasTables(db))) return 0
  const row = await db.selectFrom('annals_schema').select('version').executeTakeFirst()
  const version = Number(row?.version ?? 0)
  if (version <= SCHEMA_VERSION) return version
  const message = `The storage has schema ${version}, made by a newer annals; this one knows ${SCHEMA_VERSION}. Update annals.`
  throw new AnnalsError('storage/newer-format', message, { found: version, known: SCHEMA_VERSION })
}

async function hasTables(db: Kysely<Tables>): Promise<boolean> {
  if (db.getExecutor().adapter instanceof PostgresAdapter) {
    // Introspection would tell of every schema; what counts is what an unqualified name finds.
    const { rows } = await sql<{ there: boolean }>`select to_regclass('annals_schema') is not null as there`.execute(db)
    return rows[0]?.there === true
  }
  const tables = await db.introspection.getTables()
  return tables.some((table) => table.name === 'annals_schema')
}

import { type Kysely, MysqlAdapter, PostgresAdapter, type RawBuilder, sql } from 'kysely'
import { AnnalsError } from '../../base/errors.ts'
import { SCHEMA_VERSION, type Tables } from './tables.ts'

/**
 * Makes the tables where they are missing; several nodes may do so at once. `storage/newer-format`, and nothing touched,
 * when a newer version of annals has been here.
 */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  if (await isCurrent(db)) return
  try {
    await db.transaction().execute(async (tx) => {
      await createTables(tx)
      await tx.insertInto('annals_schema').values({ id: 1, version: SCHEMA_VERSION }).execute()
    })
  } catch (e) {
    // Another node may have been faster.
    if (!(await isCurrent(db))) throw e
  }
}

async function isCurrent(db: Kysely<Tables>): Promise<boolean> {
  const tables = await db.introspection.getTables()
  if (!tables.some((table) => table.name === 'annals_schema')) return false
  const row = await db.selectFrom('annals_schema').select('version').executeTakeFirst()
  const version = Number(row?.version ?? 0)
  if (version <= SCHEMA_VERSION) return version === SCHEMA_VERSION
  const message = `The storage has schema ${version}, made by a newer annals; this one knows ${SCHEMA_VERSION}. Update annals.`
  throw new AnnalsError('storage/newer-format', message, { found: version, known: SCHEMA_VERSION })
}

/** Version 1. Numbers stay below 2^53. Names are compared byte by byte. */
async function createTables(db: Kysely<Tables>): Promise<void> {
  const { bytes, text, name } = columnTypes(db)
  const table = (called: keyof Tables) => db.schema.createTable(called).ifNotExists()
  await table('annals_schema')
    .addColumn('id', 'integer', (c) => c.primaryKey())
    .addColumn('version', 'integer', (c) => c.notNull())
    .execute()
  await table('annals_head')
    .addColumn('db', name, (c) => c.primaryKey())
    .addColumn('t', 'bigint', (c) => c.notNull())
    .addColumn('hash', name, (c) => c.notNull())
    .addColumn('epoch', name, (c) => c.notNull())
    .addColumn('next_id', 'bigint', (c) => c.notNull())
    .execute()
  await table('annals_log')
    .addColumn('db', name, (c) => c.notNull())
    .addColumn('t', 'bigint', (c) => c.notNull())
    .addColumn('txid', name, (c) => c.notNull())
    .addColumn('body', bytes, (c) => c.notNull())
    .addColumn('hash', name, (c) => c.notNull())
    .addPrimaryKeyConstraint('annals_log_pk', ['db', 't'])
    .addUniqueConstraint('annals_log_txid', ['db', 'txid'])
    .execute()
  await table('annals_outcome')
    .addColumn('db', name, (c) => c.notNull())
    .addColumn('txid', name, (c) => c.notNull())
    .addColumn('replica', name, (c) => c.notNull())
    .addColumn('seq', 'bigint', (c) => c.notNull())
    .addColumn('t', 'bigint')
    .addColumn('code', name)
    .addColumn('detail', text)
    .addPrimaryKeyConstraint('annals_outcome_pk', ['db', 'txid'])
    .execute()
  await table('annals_replica')
    .addColumn('db', name, (c) => c.notNull())
    .addColumn('replica', name, (c) => c.notNull())
    .addColumn('epoch', 'bigint', (c) => c.notNull())
    .addColumn('nonce', name, (c) => c.notNull())
    .addColumn('last_seq', 'bigint', (c) => c.notNull())
    .addColumn('last_txid', name, (c) => c.notNull())
    .addColumn('principal', name, (c) => c.notNull())
    .addPrimaryKeyConstraint('annals_replica_pk', ['db', 'replica'])
    .execute()
  await table('annals_lease')
    .addColumn('db', name, (c) => c.notNull())
    .addColumn('replica', name, (c) => c.notNull())
    .addColumn('from_id', 'bigint', (c) => c.notNull())
    .addColumn('to_id', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('annals_lease_pk', ['db', 'replica', 'from_id'])
    .execute()
  await table('annals_alias')
    .addColumn('db', name, (c) => c.notNull())
    .addColumn('replica', name, (c) => c.notNull())
    .addColumn('id', 'bigint', (c) => c.notNull())
    .addColumn('final', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('annals_alias_pk', ['db', 'replica', 'id'])
    .execute()
}

interface ColumnTypes {
  readonly bytes: RawBuilder<unknown>
  /** Of any length. */
  readonly text: RawBuilder<unknown>
  /** Short enough for a key: at most 255 characters. */
  readonly name: RawBuilder<unknown>
}

function columnTypes(db: Kysely<Tables>): ColumnTypes {
  const { adapter } = db.getExecutor()
  if (adapter instanceof PostgresAdapter) return { bytes: sql`bytea`, text: sql`text`, name: sql`varchar(255)` }
  if (adapter instanceof MysqlAdapter) {
    const exact = sql`varchar(255) character set utf8mb4 collate utf8mb4_bin`
    return { bytes: sql`longblob`, text: sql`longtext`, name: exact }
  }
  return { bytes: sql`blob`, text: sql`text`, name: sql`varchar(255)` }
}

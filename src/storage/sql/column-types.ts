import { type Kysely, MysqlAdapter, PostgresAdapter, type RawBuilder, sql } from 'kysely'

export interface ColumnTypes {
  readonly bytes: RawBuilder<unknown>
  /** Of any length. */
  readonly text: RawBuilder<unknown>
  /** Short enough for a key: at most 255 characters. Compared byte by byte. */
  readonly name: RawBuilder<unknown>
}

export function columnTypes<T>(db: Kysely<T>): ColumnTypes {
  const { adapter } = db.getExecutor()
  if (adapter instanceof PostgresAdapter) return { bytes: sql`bytea`, text: sql`text`, name: sql`varchar(255)` }
  if (adapter instanceof MysqlAdapter) {
    // whatever the default of the database is
    const exact = (type: string) => sql`${sql.raw(type)} character set utf8mb4 collate utf8mb4_bin`
    return { bytes: sql`longblob`, text: exact('longtext'), name: exact('varchar(255)') }
  }
  return { bytes: sql`blob`, text: sql`text`, name: sql`varchar(255)` }
}

import type { MysqlPool, PostgresPool } from 'kysely'
import { type Dialect, MysqlDialect, PostgresDialect, SqliteDialect } from 'kysely'
import { AnnalsError } from '../../base/errors.ts'
import { libsqlDatabase } from './libsql-database.ts'
import { optionalPackage } from './optional-package.ts'

/** The Kysely dialect for a URL. `storage/unavailable` for one it does not know, or whose driver is not installed. */
export async function dialectOf(url: string): Promise<Dialect> {
  const scheme = url.slice(0, Math.max(url.indexOf(':'), 0))
  switch (scheme) {
    case 'sqlite':
      return new SqliteDialect({ database: await libsqlDatabase(url.slice('sqlite:'.length).replace(/^\/\//, '')) })
    case 'postgres':
    case 'postgresql':
      return postgres(url)
    case 'mysql':
      return mysql(url)
    default: {
      const message = `Not a storage URL: "${scheme}:…". Wanted sqlite:<path>, postgres://… or mysql://…`
      throw new AnnalsError('storage/unavailable', message, { scheme })
    }
  }
}

// The types of these two are not installed with annals, and a bundler must not look for the packages.

async function postgres(connectionString: string): Promise<Dialect> {
  type Pg = { default: { Pool: new (options: { connectionString: string }) => PostgresPool } }
  const name: string = 'pg'
  const pg: Pg = await optionalPackage(name, () => import(/* @vite-ignore */ name))
  return new PostgresDialect({ pool: new pg.default.Pool({ connectionString }) })
}

async function mysql(url: string): Promise<Dialect> {
  type Mysql = { default: { createPool(url: string): MysqlPool } }
  const name: string = 'mysql2'
  const mysql2: Mysql = await optionalPackage(name, () => import(/* @vite-ignore */ name))
  return new MysqlDialect({ pool: mysql2.default.createPool(url) })
}

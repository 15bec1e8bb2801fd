import { type Dialect, MysqlDialect, SqliteDialect } from 'kysely'
import type { PoolConnection } from 'mysql2'
import { AnnalsError } from '../../base/errors.ts'
import { libsqlDatabase } from './libsql-database.ts'
import type { Bell } from './news.ts'
import { optionalPackage } from './optional-package.ts'
import { postgres } from './postgres.ts'

export interface Driver {
  readonly dialect: Dialect
  /** undefined where the server cannot call: news come by looking. */
  readonly bell?: Bell
}

/** The Kysely dialect for a URL. `storage/unavailable` for one it does not know, or whose driver is not installed. */
export async function dialectOf(url: string): Promise<Driver> {
  const scheme = url.slice(0, Math.max(url.indexOf(':'), 0))
  switch (scheme) {
    case 'sqlite': {
      const path = url.slice('sqlite:'.length).replace(/^\/\//, '')
      return { dialect: new SqliteDialect({ database: await libsqlDatabase(path) }) }
    }
    case 'postgres':
    case 'postgresql':
      return postgres(url)
    case 'mysql':
    case 'mariadb':
      return mysql(url.replace(/^mariadb:/, 'mysql:'))
    default: {
      const message = `Not a storage URL: "${scheme}:…". Wanted sqlite:<path>, postgres://… or mysql://…`
      throw new AnnalsError('storage/unavailable', message, { scheme })
    }
  }
}

/** The driver escapes texts by backslashes: where the server took those for letters, texts could end early and be read as SQL. */
function takeBackslashes(connection: PoolConnection): void {
  const mode = "set session sql_mode = replace(@@sql_mode, 'NO_BACKSLASH_ESCAPES', '')"
  connection.query(mode, (e) => e && connection.destroy())
}

async function mysql(url: string): Promise<Driver> {
  // A bundler must not look for what may not be installed.
  const name: string = 'mysql2'
  const mysql2 = await optionalPackage<typeof import('mysql2')>(name, () => import(/* @vite-ignore */ name))
  const pool = mysql2.createPool(url)
  pool.on('connection', takeBackslashes)
  return { dialect: new MysqlDialect({ pool }) }
}

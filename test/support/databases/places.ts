import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { Client } from 'pg'
import { startMariadb } from './mariadb.ts'
import { startPostgres } from './postgres.ts'
import type { DatabaseServer } from './server-process.ts'

/** SQL places of one kind, each new and empty. */
export interface Places {
  /** A storage URL where nobody has been. */
  fresh(): Promise<string>
  /** SIGKILLs the server and starts it again; undefined where there is none. */
  readonly server: DatabaseServer | undefined
  close(): Promise<void>
}

export interface KindOfPlace {
  readonly name: string
  /** undefined where the server is not installed. */
  readonly start: (() => Promise<Places>) | undefined
}

/** The kinds of SQL storage that annals is tested on. */
export const KINDS: readonly KindOfPlace[] = [
  { name: 'SQLite', start: sqlitePlaces },
  { name: 'PostgreSQL', start: on(startPostgres, postgresPlaces) },
  { name: 'MariaDB', start: on(startMariadb, mariadbPlaces) },
]

function on(
  start: (() => Promise<DatabaseServer>) | undefined,
  places: (server: DatabaseServer) => Places,
): KindOfPlace['start'] {
  return start && (async () => places(await start()))
}

async function sqlitePlaces(): Promise<Places> {
  const folder = mkdtempSync(join(tmpdir(), 'annals-sqlite-'))
  let files = 0
  return {
    server: undefined,
    fresh: async () => `sqlite:${join(folder, `${files++}.db`)}`,
    close: async () => rmSync(folder, { recursive: true }),
  }
}

function postgresPlaces(server: DatabaseServer): Places {
  let schemas = 0
  return {
    server,
    // A schema is made faster than a database, and is as empty.
    fresh: async () => {
      const schema = `place_${schemas++}`
      const client = new Client(server.url)
      await client.connect()
      await client.query(`create schema ${schema}`)
      await client.end()
      return `${server.url}?options=-csearch_path%3D${schema}`
    },
    close: () => server.stop(),
  }
}

function mariadbPlaces(server: DatabaseServer): Places {
  let databases = 0
  return {
    server,
    fresh: async () => {
      const name = `place_${databases++}`
      const connection = await createConnection(server.url)
      await connection.query(`create database ${name}`)
      await connection.end()
      return server.url.replace(/annals$/, name)
    },
    close: () => server.stop(),
  }
}

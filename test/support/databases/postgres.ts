import { join } from 'node:path'
import { Client } from 'pg'
import { findPostgres } from '../../../scripts/databases.mjs'
import { type DatabaseServer, startServer } from './server-process.ts'

const installed = findPostgres()

/** Starts an empty PostgreSQL on a free port; undefined where none is installed. */
export const startPostgres =
  installed &&
  ((): Promise<DatabaseServer> =>
    startServer({
      name: 'postgres',
      account: 'postgres',
      make: (folder) => [
        installed.initdb,
        '-D',
        join(folder, 'data'),
        '-U',
        'annals',
        '-A',
        'trust',
        '-E',
        'UTF8',
        '-N',
      ],
      run: (folder, port) => [
        installed.postgres,
        ...['-D', join(folder, 'data'), '-p', String(port), '-k', folder, '-h', '127.0.0.1'],
        // what is killed here is the server, and never the machine: what was written is there, on the disk or not
        ...['-c', 'fsync=off'],
      ],
      url: (port) => `postgres://annals@127.0.0.1:${port}/postgres`,
      ping: async (port) => {
        const client = new Client({ host: '127.0.0.1', port, user: 'annals', database: 'postgres' })
        try {
          await client.connect()
        } finally {
          await client.end().catch(() => undefined)
        }
      },
    }))

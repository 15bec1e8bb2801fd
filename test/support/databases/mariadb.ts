import { join } from 'node:path'
import mysql from 'mysql2/promise'
import { findMariadb } from '../../../scripts/databases.mjs'
import { type DatabaseServer, startServer } from './server-process.ts'

const installed = findMariadb()

/** Starts an empty MariaDB on a free port; undefined where none is installed. */
export const startMariadb =
  installed &&
  ((): Promise<DatabaseServer> =>
    startServer({
      name: 'mariadb',
      account: 'mysql',
      make: (folder) => [
        installed.install,
        '--no-defaults',
        `--datadir=${join(folder, 'data')}`,
        `--tmpdir=${folder}`,
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
        '--skip-name-resolve',
      ],
      run: (folder, port) => [
        installed.server,
        '--no-defaults',
        `--datadir=${join(folder, 'data')}`,
        // a server that starts clears it of what another may still use
        `--tmpdir=${folder}`,
        `--socket=${join(folder, 'socket')}`,
        `--pid-file=${join(folder, 'pid')}`,
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        '--skip-grant-tables',
        '--skip-networking=0',
        // what is killed here is the server, and never the machine: what was written is there, on the disk or not
        '--innodb-flush-log-at-trx-commit=2',
      ],
      url: (port) => `mysql://root@127.0.0.1:${port}/annals`,
      ping: async (port) => {
        const connection = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root' })
        try {
          await connection.query('create database if not exists annals')
        } finally {
          await connection.end()
        }
      },
    }))

// Finds the PostgreSQL and MariaDB servers that tests start for themselves, or installs them. Run by itself it prints them.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { argv, env, exit, getuid } from 'node:process'
import { fileURLToPath } from 'node:url'

/** Where a Debian, a Fedora and a Homebrew put what is not on the PATH. */
const POSTGRES_FOLDERS = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt'].flatMap((folder) =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /^(\d+|postgresql.*)$/.test(name))
        .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
        .map((name) => join(folder, name, 'bin'))
    : [],
)
const MARIADB_FOLDERS = ['/usr/sbin', '/usr/bin', '/usr/libexec', '/opt/homebrew/opt/mariadb/bin']

/** The programs of an installed PostgreSQL; undefined without one. */
export function findPostgres() {
  const initdb = find('initdb', POSTGRES_FOLDERS)
  // of one version with it
  const postgres = initdb && join(dirname(initdb), 'postgres')
  return postgres && existsSync(postgres) ? { initdb, postgres } : undefined
}

/** The programs of an installed MariaDB; undefined without one. */
export function findMariadb() {
  const install = find('mariadb-install-db', MARIADB_FOLDERS)
  const server = find('mariadbd', MARIADB_FOLDERS)
  return install && server ? { install, server } : undefined
}

/** What tests cannot run here, as lines for people. */
export function missingDatabases() {
  return [
    ...(findPostgres() ? [] : ['PostgreSQL (no postgres and initdb found)']),
    ...(findMariadb() ? [] : ['MariaDB (no mariadbd and mariadb-install-db found)']),
  ]
}

function find(/** @type {string} */ name, /** @type {string[]} */ folders) {
  const all = [...(env.PATH ?? '').split(delimiter), ...folders]
  return all.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

function install() {
  if (getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return
  const packages = [...(findPostgres() ? [] : ['postgresql']), ...(findMariadb() ? [] : ['mariadb-server'])]
  env.DEBIAN_FRONTEND = 'noninteractive'
  const run = (/** @type {string[]} */ ...args) =>
    spawnSync('apt-get', args, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
  if (run('update', '-qq')) run('install', '-y', '-qq', '--no-install-recommends', ...packages)
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  if (missingDatabases().length > 0) install()
  console.log(`PostgreSQL: ${findPostgres()?.postgres ?? 'none'}\nMariaDB: ${findMariadb()?.server ?? 'none'}`)
  for (const missing of missingDatabases()) console.error(`tests will not run on ${missing}`)
  // Elsewhere one may do without; what is merged has run on both.
  if (env.CI && missingDatabases().length > 0) exit(1)
}

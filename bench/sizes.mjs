// What an app pays for each system: its bundle, WebAssembly and data files, minified and gzipped each by itself.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

const here = fileURLToPath(new URL('.', import.meta.url))
const ENTRY = '\0entry'

/** The least that an app would import to do what is measured here. */
const ENTRIES = {
  datascript: `import d from 'datascript'; console.log(d)`,
  'sqlite-wasm': `import init from '@sqlite.org/sqlite-wasm'; console.log(init)`,
  dexie: `import { Dexie, liveQuery } from 'dexie'; console.log(Dexie, liveQuery)`,
  rxdb: `import { createRxDatabase } from 'rxdb/plugins/core'
    import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie'
    console.log(createRxDatabase, getRxStorageDexie)`,
  pouchdb: `import PouchDB from 'pouchdb-browser'; import find from 'pouchdb-find'; PouchDB.plugin(find); console.log(PouchDB)`,
  pglite: `import { PGlite } from '@electric-sql/pglite'
    import { live } from '@electric-sql/pglite/live'
    console.log(PGlite, live)`,
  tinybase: `import { createStore } from 'tinybase'
    import { createIndexedDbPersister } from 'tinybase/persisters/persister-indexed-db'
    console.log(createStore, createIndexedDbPersister)`,
}

/** Bytes by name: annals' parts as scripts/size.mjs weighs them, then the peers. */
export async function measureSizes() {
  const sizes = annalsSizes()
  for (const [name, code] of Object.entries(ENTRIES)) sizes.push({ name, bytes: await bytesOf(code) })
  return sizes
}

async function bytesOf(/** @type {string} */ code) {
  const result = await build({
    root: here,
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? ENTRY : undefined),
        load: (id) => (id === ENTRY ? code : undefined),
      },
    ],
    build: {
      write: false,
      target: 'esnext',
      modulePreload: false,
      chunkSizeWarningLimit: 10_000,
      rolldownOptions: { input: 'entry' },
    },
    worker: { format: 'es' },
  })
  if (!('output' in result)) throw new Error('a bundle has no output')
  const files = result.output.map((file) => (file.type === 'chunk' ? file.code : file.source))
  return files.reduce((sum, file) => sum + gzipSync(file).length, 0)
}

/** Reads the table that `npm run size` prints. */
function annalsSizes() {
  const { stdout } = spawnSync(process.execPath, ['scripts/size.mjs'], { cwd: `${here}..`, encoding: 'utf8' })
  return Array.from(stdout.matchAll(/^(\w+) +([\d.]+) KiB/gm), ([, part, kib]) => ({
    name: `annals, ${part}`,
    bytes: Math.round(Number(kib) * 1024),
  }))
}

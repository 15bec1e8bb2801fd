// Builds the benchmark against the built library: what runs in Node with rolldown, what runs in the browser with Vite.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { build } from 'vite'

const here = fileURLToPath(new URL('.', import.meta.url))
const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const NODE = `${here}.build/node`
const INSTALLED = `${here}node_modules/.installed.json`

/** The published names of the library, as the files that were built for them. */
const published = [
  { find: /^annals$/, replacement: `${dist}index.js` },
  { find: /^annals\/(\w+)$/, replacement: `${dist}$1.js` },
]

/** Installs the peers at their exact versions, unless this very list is installed. */
export function installPeers() {
  const wanted = readFileSync(`${here}package-lock.json`, 'utf8')
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === wanted) return
  run('npm', ['ci', '--no-audit', '--no-fund'], here)
  writeFileSync(INSTALLED, wanted)
}

export function buildLibrary() {
  run('npm', ['run', '--silent', 'build'], fileURLToPath(new URL('..', import.meta.url)))
}

/** Builds all, and returns the file to import. */
export async function buildBench() {
  rmSync(NODE, { recursive: true, force: true })
  const bundle = await rolldown({
    cwd: here,
    input: { main: 'main.ts', 'node-child': 'hosts/node-child.ts' },
    platform: 'node',
    // Its paths lead to the sources, for the types.
    tsconfig: false,
    resolve: { alias: Object.fromEntries(['index', 'engine', 'worker', 'server'].map(nameAndFile)) },
    external: (id) => /^[@\w]/.test(id) && !/^annals\b/.test(id),
  })
  await bundle.write({ dir: NODE, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' })
  await bundle.close()
  await build({
    root: `${here}browser`,
    configFile: false,
    logLevel: 'error',
    resolve: { alias: published },
    build: {
      outDir: `${here}.build/browser`,
      emptyOutDir: true,
      target: 'esnext',
      modulePreload: false,
      chunkSizeWarningLimit: 10_000,
    },
    worker: { format: 'es' },
  })
  return `${NODE}/main.mjs`
}

/** @returns {[string, string]} */
function nameAndFile(/** @type {string} */ name) {
  return [name === 'index' ? 'annals' : `annals/${name}`, `${dist}${name}.js`]
}

function run(/** @type {string} */ command, /** @type {string[]} */ args, /** @type {string} */ cwd) {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit', shell: process.platform === 'win32' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`)
}

// The main job on a fresh clone: builds the library and the demo, then serves the demo and its sync server on one port.
// Arguments go to `annals serve`: `npm start -- --port 9000`.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { argv, exit } from 'node:process'
import { root } from './entries.mjs'

function build(/** @type {string[]} */ ...command) {
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' })
  if (status !== 0) exit(status ?? 1)
}

build('scripts/build.mjs')
build('node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn')
mkdirSync(`${root}data`, { recursive: true })

const defaults = ['--storage', 'sqlite:data/annals.db', '--port', '8080', '--static', 'dist-demo']
const server = spawn(process.execPath, ['dist/cli.js', 'serve', ...defaults, ...argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
})
// Ctrl-C reaches both; the server closes its storage in its own time, and its exit code is ours.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => server.kill('SIGTERM'))
server.on('exit', (code) => exit(code ?? 1))

// `npm run bench:server`: what one node of the server does; writes RESULTS.md and results.json beside this file. Smaller with
// `-- --runs 1 --seconds 0.3 --queue 1000 --items 5000`.
import { spawnSync } from 'node:child_process'
import { argv, execPath } from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { rolldown } from 'rolldown'

const root = fileURLToPath(new URL('../..', import.meta.url))
const dir = `${root}bench/.build/server`
const bundle = await rolldown({
  cwd: root,
  input: { main: 'bench/server/main.ts' },
  platform: 'node',
  tsconfig: false,
  external: (id) => /^[@\w]/.test(id),
})
await bundle.write({ dir, format: 'esm', entryFileNames: '[name].mjs' })
await bundle.close()
const vite = [
  `${root}node_modules/vite/bin/vite.js`,
  'build',
  '--logLevel',
  'warn',
  '--outDir',
  `${dir}/demo`,
  '--emptyOutDir',
]
const { status } = spawnSync(execPath, vite, { cwd: root, stdio: 'inherit' })
if (status !== 0) throw new Error('the demo was not built')
setFlagsFromString('--expose-gc')
globalThis.gc = runInNewContext('gc')
const { main } = await import(pathToFileURL(`${dir}/main.mjs`).href)
await main(argv.slice(2), `${root}bench/server`, `${dir}/demo`)

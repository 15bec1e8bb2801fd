// `npm run bench:server`: what one node of the server does; writes RESULTS.md and results.json beside this file. Smaller with
// `-- --runs 1 --seconds 0.3 --queue 1000 --items 5000`.
import { argv } from 'node:process'
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
setFlagsFromString('--expose-gc')
globalThis.gc = runInNewContext('gc')
const { main } = await import(pathToFileURL(`${dir}/main.mjs`).href)
await main(argv.slice(2), `${root}bench/server`)

// Prints what an app pays for annals, minified and gzipped with its dependencies, and fails over budget.
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { root } from './entries.mjs'

/**
 * KiB after gzip, and what the app brings along by itself. The worker's goal is 75; its limit is a ratchet: all of Datalog,
 * pull, sync, segments and undo weigh more than was thought, and no one part is to blame (ARCHITECTURE.md).
 */
const BUDGETS = [
  { name: 'page', file: 'dist/index.js', limit: 12, external: [] },
  { name: 'worker', file: 'dist/annals.worker.js', limit: 148, external: [] },
  { name: 'react', file: 'dist/react.js', limit: 3, external: ['react', /^\.\//] },
]

for (const { name, file, limit, external } of BUDGETS) {
  const bundle = await rolldown({ cwd: root, input: file, platform: 'browser', external })
  const { output } = await bundle.generate({
    format: 'esm',
    minify: true,
    codeSplitting: false,
    comments: { annotation: false },
  })
  await bundle.close()
  const bytes = gzipSync(output.map((chunk) => ('code' in chunk ? chunk.code : '')).join('')).length
  const kib = bytes / 1024
  console.log(`${name.padEnd(8)}${kib.toFixed(2).padStart(7)} KiB of ${limit}${kib > limit ? '  OVER BUDGET' : ''}`)
  if (kib > limit) process.exitCode = 1
}

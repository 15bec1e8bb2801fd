// Builds dist: the published entries, the `annals` command, their types, and the default worker.
import { rmSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { Script } from 'node:vm'
import { rolldown } from 'rolldown'
import { minify } from 'terser'
import { buildTypes } from './build-types.mjs'
import { entries, root } from './entries.mjs'

rmSync(`${root}dist`, { recursive: true, force: true })
await buildEntries()
await buildWorker()
buildTypes(`${root}dist`)

async function buildEntries() {
  const bundle = await rolldown({
    cwd: root,
    input: { ...entries, cli: 'src/server/cli/main.ts' },
    platform: 'neutral',
    external: (id) => !id.startsWith('.') && !isAbsolute(id),
  })
  await bundle.write({
    dir: 'dist',
    format: 'esm',
    sourcemap: true,
    // One flat folder: a module that names its neighbour by import.meta.url finds it whichever chunk it lands in.
    chunkFileNames: '[name]-[hash].js',
    banner: ({ name, isEntry }) => (isEntry && name === 'cli' ? '#!/usr/bin/env node' : ''),
  })
  await bundle.close()
}

async function buildWorker() {
  const bundle = await rolldown({
    cwd: root,
    input: 'worker/index.ts',
    platform: 'browser',
    // cborg does not say of itself that what nobody imports of it may be left out
    treeshake: { moduleSideEffects: [{ test: /node_modules.cborg/, sideEffects: false }] },
    plugins: [terser()],
    checks: { pluginTimings: false },
  })
  const { output } = await bundle.write({
    file: 'dist/annals.worker.js',
    format: 'iife',
    minify: true,
    // nobody bundles this file again, so what a bundler may leave out need not be marked
    comments: { annotation: false },
  })
  await bundle.close()
  if (output.length !== 1) throw new Error(`the default worker must be one file, got ${output.length}`)
  checkWorker(output[0].code)
}

/** What makes a file small before the bundler does it in its way: together they save one percent more. */
function terser() {
  return {
    name: 'terser',
    renderChunk: async (/** @type {string} */ code) => (await minify(code, { ecma: 2020 })).code,
  }
}

/** Requires of the default worker that it runs as a classic and as a module worker, under any content security policy. */
function checkWorker(/** @type {string} */ code) {
  // Compiled as a script: import, export, import.meta and top-level await are syntax errors there.
  new Script(code, { filename: 'dist/annals.worker.js' })
  // `import` is also the name of a method: after a dot, or before a body
  const forbidden = code.match(/(?<!\.)\bimport\s*\((?![\w$,\s=]*\)\s*\{)|\bnew Function\b|\beval\s*\(/)
  if (forbidden) throw new Error(`the default worker must not use ${forbidden[0]}…): it is one self-contained file`)
}

// Builds dist: the published entries, the `annals` command, their types, and the default worker.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { Script } from 'node:vm'
import { rolldown } from 'rolldown'
import { entries, root } from './entries.mjs'

rmSync(`${root}dist`, { recursive: true, force: true })
await buildEntries()
await buildWorker()
buildTypes()

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
  const bundle = await rolldown({ cwd: root, input: 'worker/index.ts', platform: 'browser' })
  const { output } = await bundle.write({ file: 'dist/annals.worker.js', format: 'iife', minify: true })
  await bundle.close()
  if (output.length !== 1) throw new Error(`the default worker must be one file, got ${output.length}`)
  checkWorker(output[0].code)
}

function buildTypes() {
  const tsc = `${root}node_modules/typescript/bin/tsc`
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error('the types were not built')
  for (const file of readdirSync(`${root}dist`, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.d.ts')) continue
    // Declarations keep the .ts of their imports, which only newer compilers take for .d.ts.
    const text = readFileSync(`${root}dist/${file}`, 'utf8')
    writeFileSync(
      `${root}dist/${file}`,
      text.replace(/((?:from|import)\s*\(?\s*)(['"])(\.[^'"]+)\.tsx?\2/g, '$1$2$3.js$2'),
    )
  }
}

/** Requires of the default worker that it runs as a classic and as a module worker, under any content security policy. */
function checkWorker(/** @type {string} */ code) {
  // Compiled as a script: import, export, import.meta and top-level await are syntax errors there.
  new Script(code, { filename: 'dist/annals.worker.js' })
  const forbidden = code.match(/\bimport\s*\(|\bnew Function\b|\beval\s*\(/)
  if (forbidden) throw new Error(`the default worker must not use ${forbidden[0]}…): it is one self-contained file`)
}

import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './entries.mjs'

/** Writes the declarations of the published entries into a folder. */
export function buildTypes(/** @type {string} */ folder) {
  const tsc = `${root}node_modules/typescript/bin/tsc`
  const args = [tsc, '-p', 'tsconfig.build.json', '--outDir', folder]
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error('the types were not built')
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.d.ts')) continue
    // Declarations keep the .ts of their imports, which only newer compilers take for .d.ts.
    const text = readFileSync(join(folder, file), 'utf8')
    writeFileSync(
      join(folder, file),
      text.replace(/((?:from|import)\s*\(?\s*)(['"])(\.[^'"]+)\.tsx?\2/g, '$1$2$3.js$2'),
    )
  }
}

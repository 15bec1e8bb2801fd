import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import type { TestProject } from 'vitest/node'
import { root } from '../scripts/entries.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    /** The built demo: what `annals serve --static` takes. */
    demo: string
    /** The `annals` command as a file for Node. */
    cli: string
  }
}

/** Builds from the sources what the tests drive, once for all of them: the demo and the command. */
export default async function build(project: TestProject): Promise<() => void> {
  const demo = mkdtempSync(join(tmpdir(), 'annals-demo-'))
  // Under node_modules, so that the packages it leaves out are found.
  const command = mkdtempSync(join(root, 'node_modules', '.annals-e2e-'))
  buildDemo(demo)
  await buildCommand(command)
  project.provide('demo', demo)
  project.provide('cli', join(command, 'cli.js'))
  return () => {
    for (const folder of [demo, command]) rmSync(folder, { recursive: true, force: true })
  }
}

function buildDemo(folder: string): void {
  // As in a user's shell: a build under test settings is another build.
  const { VITEST: _vitest, NODE_ENV: _mode, ...env } = process.env
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const args = [vite, 'build', '--logLevel', 'warn', '--outDir', folder, '--emptyOutDir']
  const { status } = spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' })
  if (status !== 0) throw new Error('the demo was not built')
}

async function buildCommand(folder: string): Promise<void> {
  const bundle = await rolldown({
    cwd: root,
    input: { cli: 'src/server/cli/main.ts' },
    platform: 'node',
    external: (id) => !id.startsWith('.') && !id.startsWith('/'),
  })
  await bundle.write({ dir: folder, format: 'esm' })
  await bundle.close()
}

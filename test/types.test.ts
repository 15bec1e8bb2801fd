import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildTypes } from '../scripts/build-types.mjs'
import { root } from '../scripts/entries.mjs'
import { largeApp } from './types/large-app.ts'

/*
 * The types of queries, patterns and transaction data, as an application sees them: over the declarations that are published, on
 * the oldest and the newest compiler that are promised. test/types/*.ts say what is inferred, and what does not compile.
 */

const COMPILERS = ['typescript', 'typescript5']
/** Types made for 200 attributes and 100 queries: about a second's work. Seconds themselves depend on the machine. */
const MAX_INSTANTIATIONS = 260_000

// Within the project, so that the types of react are found.
const folder = mkdtempSync(join(root, 'node_modules', '.annals-types-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeAll(() => {
  buildTypes(join(folder, 'dist'))
  writeFileSync(join(folder, 'large-app.ts'), largeApp(200, 100))
  project('tests.json', [join(root, 'test/types/*.ts')], { skipLibCheck: false })
  project('large.json', [join(folder, 'large-app.ts')])
  installed()
}, 60_000)

function project(name: string, include: readonly string[], options: object = {}): void {
  const published = (entry: string): string[] => [join(folder, `dist/${entry}.d.ts`)]
  const config = {
    extends: join(root, 'test/types/tsconfig.json'),
    compilerOptions: {
      ...options,
      paths: { annals: published('index'), 'annals/engine': published('engine'), 'annals/react': published('react') },
    },
    include,
  }
  writeFileSync(join(folder, name), JSON.stringify(config))
}

/** A library that has annals among its packages, and its own declarations to write. */
function installed(): void {
  const library = join(folder, 'library')
  const annals = join(library, 'node_modules/annals')
  cpSync(join(folder, 'dist'), join(annals, 'dist'), { recursive: true })
  cpSync(join(root, 'package.json'), join(annals, 'package.json'))
  writeFileSync(join(library, 'package.json'), '{ "name": "library", "type": "module" }')
  cpSync(join(root, 'test/types/library.ts'), join(library, 'library.ts'))
  const config = {
    extends: join(root, 'test/types/tsconfig.json'),
    compilerOptions: {
      paths: {},
      rootDir: 'library',
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      outDir: 'out',
    },
    include: ['library/library.ts'],
  }
  writeFileSync(join(folder, 'library.json'), JSON.stringify(config))
}

/** What the compiler says of a project, errors and diagnostics. */
const compile = (compiler: string, name: string): Promise<string> =>
  new Promise((resolve) => {
    const tsc = join(root, `node_modules/${compiler}/bin/tsc`)
    const args = [tsc, '-p', join(folder, name), '--extendedDiagnostics']
    execFile(process.execPath, args, { maxBuffer: 2 ** 26 }, (_, stdout) => resolve(stdout))
  })
const errorsIn = (said: string): string[] => said.split('\n').filter((line) => / error TS\d+/.test(line))

describe.each(COMPILERS)('on %s', (compiler) => {
  it('types come out as they should, and what is wrong does not compile', async () => {
    expect(errorsIn(await compile(compiler, 'tests.json'))).toEqual([])
  }, 300_000)

  it('what was inferred can be exported from a library', async () => {
    expect(errorsIn(await compile(compiler, 'library.json'))).toEqual([])
  }, 300_000)

  it('two hundred attributes and a hundred queries are a second’s work', async () => {
    const said = await compile(compiler, 'large.json')
    expect(errorsIn(said)).toEqual([])
    const instantiations = Number(/Instantiations:\s+(\d+)/.exec(said)?.[1])
    expect(instantiations).toBeGreaterThan(10_000)
    expect(instantiations).toBeLessThan(MAX_INSTANTIATIONS)
  }, 300_000)
})

it('the compilers are of the majors that are promised', async () => {
  const versions = COMPILERS.map(
    async (compiler) => (await import(`${compiler}/package.json`)).default.version as string,
  )
  expect((await Promise.all(versions)).map((version) => version.split('.')[0])).toEqual(['7', '5'])
})

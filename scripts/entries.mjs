// What package.json publishes: the JavaScript files under dist and the sources they are built from.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** @type {{ version: string, exports: Record<string, string | { import: string }> }} */
const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

/** Entry name to source: `{ index: 'src/index.ts', engine: 'src/engine.ts', … }`. */
export const entries = Object.fromEntries(
  Object.values(exports)
    .flatMap((target) => (typeof target === 'string' ? [] : [target.import]))
    .map((file) => file.replace(/^\.\/dist\/(\w+)\.js$/, '$1'))
    .map((name) => [name, `src/${name}.ts`]),
)

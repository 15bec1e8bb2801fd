// `node bench/experiments/run.mjs NAME`: bundles bench/experiments/NAME.ts against the sources and runs it.
import { argv } from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'

const [, , name = 'history-layout'] = argv
const here = fileURLToPath(new URL('.', import.meta.url))
const file = `${here}../.build/experiments/${name}.mjs`
const bundle = await rolldown({ cwd: here, input: `${name}.ts`, platform: 'node' })
await bundle.write({ file, format: 'esm' })
await bundle.close()
await import(pathToFileURL(file).href)

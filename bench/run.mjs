// `npm run bench`: installs the peers, builds the library and the benchmark, and runs it. Options: bench/options.ts.
import { argv } from 'node:process'
import { pathToFileURL } from 'node:url'
import { buildBench, buildLibrary, installPeers } from './build.mjs'
import { measureSizes } from './sizes.mjs'

installPeers()
if (!argv.includes('--no-build')) buildLibrary()
const { main } = await import(pathToFileURL(await buildBench()).href)
await main(argv.slice(2), measureSizes)

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { driveAcross } from './drive/across.ts'
import type { Bench } from './drive/bench.ts'
import { driveCounters } from './drive/counters.ts'
import { driveHistory } from './drive/history.ts'
import { driveLive } from './drive/live.ts'
import { driveQueries } from './drive/queries.ts'
import { driveStorage, ordersFor } from './drive/storage.ts'
import { serveFiles } from './hosts/serve-files.ts'
import { readOptions } from './options.ts'
import { makePlan } from './plan.ts'
import type { Results, Size } from './record.ts'
import { Recorder } from './recorder.ts'
import { readMachine } from './report/machine.ts'
import { markdown } from './report/markdown.ts'
import { readVersions } from './report/versions.ts'

// Seen from where the build puts this: bench/.build/node.
const folder = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

const NO_GAPS = '_Here stands bench/gaps.md, which is written by hand from the profiles of this run._'

/** Everything that `args` ask for; `measureSizes` builds a bundle per system. Writes the results, prints the tables. */
export async function main(args: readonly string[], measureSizes: () => Promise<Size[]>): Promise<void> {
  const options = readOptions(args)
  if (options === undefined) return
  const plan = makePlan(options)
  const machine = await readMachine()
  const server = await serveFiles(folder('.build/browser'))
  const bench: Bench = { options, plan, recorder: new Recorder(), origin: server.origin }
  try {
    if (plan.group('q')) await driveQueries(bench)
    if (plan.group('h')) await driveHistory(bench)
    if (plan.group('s')) await driveStorage(bench)
    if (plan.group('l')) await driveLive(bench)
    if (plan.group('r')) await driveAcross(bench)
  } finally {
    server.close()
  }
  const { samples, troubles } = bench.recorder
  const results: Results = {
    date: new Date().toISOString(),
    full: options.full,
    only: options.only,
    runs: options.runs,
    orders: ordersFor(options.full),
    machine,
    versions: readVersions(folder('')),
    samples,
    troubles,
    sizes: plan.group('sizes') ? await measureSizes() : [],
    counters: plan.group('counters') ? await driveCounters(options) : [],
  }
  write(results)
  if (troubles.length > 0) process.exitCode = 1
}

/** A full run is the one to show: it becomes bench/RESULTS.md, with what bench/gaps.md says of it. */
function write(results: Results): void {
  const gaps = existsSync(folder('gaps.md')) ? readFileSync(folder('gaps.md'), 'utf8').trim() : NO_GAPS
  const text = markdown(results, results.full ? gaps : undefined)
  mkdirSync(folder('results'), { recursive: true })
  writeFileSync(folder('results/latest.json'), `${JSON.stringify(results, undefined, 1)}\n`)
  writeFileSync(folder('results/latest.md'), text)
  console.log(`\n${text}`)
  const whole = results.full && results.only.length === 0
  if (whole) writeFileSync(folder('RESULTS.md'), text)
  console.log(`written: bench/results/latest.json, bench/results/latest.md${whole ? ', bench/RESULTS.md' : ''}`)
}

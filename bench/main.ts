import { acrossParts } from './drive/across.ts'
import type { Bench } from './drive/bench.ts'
import { countCosts } from './drive/counters.ts'
import { historyParts, pastOf } from './drive/history.ts'
import { liveParts } from './drive/live.ts'
import { queryParts } from './drive/queries.ts'
import { ordersFor, storageParts } from './drive/storage.ts'
import { folder } from './folder.ts'
import { serveFiles } from './hosts/serve-files.ts'
import { HELP, type Options, readOptions } from './options.ts'
import type { Part } from './part.ts'
import { makePlan, type Plan } from './plan.ts'
import { profile } from './profile.ts'
import type { Results, Size } from './record.ts'
import { Recorder } from './recorder.ts'
import { readMachine } from './report/machine.ts'
import { readVersions } from './report/versions.ts'
import { readResults, saveResults, writeReports } from './report/write.ts'
import { schedule, type Turn } from './schedule.ts'

/** Everything that `args` ask for; `measureSizes` builds a bundle per system. Writes the results, prints the tables. */
export async function main(args: readonly string[], measureSizes: () => Promise<Size[]>): Promise<void> {
  const options = readOptions(args)
  if (options === undefined) return console.log(HELP)
  if (options.report) return writeReports(readResults())
  if (options.profile !== undefined) return profile(options.profile)
  const began = performance.now()
  const plan = makePlan(options)
  const { results, recorder } = await begin(options, plan, measureSizes)
  const server = await serveFiles(folder('.build/browser'))
  try {
    const bench: Bench = { options, plan, recorder, origin: server.origin }
    const parts = await partsOf(bench)
    const within = options.within - (performance.now() - began)
    const isDone = (turn: Turn): boolean => recorder.done.has(nameOf(turn))
    const current = (): Results => ({ ...results, ...recorder.results(), left: leftOf(parts, recorder, options.runs) })
    // Whoever breaks off has the tables of what was measured.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        saveResults(current())
        writeReports(current())
        process.exit(signal === 'SIGINT' ? 130 : 143)
      })
    }
    for (const turn of schedule(parts, { runs: options.runs, within, now: () => performance.now(), isDone })) {
      const start = performance.now()
      await turn.part.measure(turn.system, turn.run)
      recorder.done.add(nameOf(turn))
      saveResults(current())
      const seconds = ((performance.now() - start) / 1_000).toFixed(1)
      console.log(`${titleOf(turn, options.runs)}  ${turn.system.padEnd(16)} ${seconds} s`)
    }
    saveResults(current())
    writeReports(current())
  } finally {
    server.close()
  }
  console.log(`${((performance.now() - began) / 60_000).toFixed(1)} minutes`)
  if (recorder.troubles.some(({ message }) => message !== NOT_OFFERED)) process.exitCode = 1
}

/** What a system says that lacks something; no failure. */
const NOT_OFFERED = 'this system does not offer it'

/** What does not depend on the clock, measured or kept from the run that is resumed. */
async function begin(options: Options, plan: Plan, measureSizes: () => Promise<Size[]>) {
  const { full, only, sizes, runs } = options
  const before = options.resume ? readResults() : undefined
  if (before !== undefined && before.full !== full) throw new TypeError('--resume wants --full as it was given before')
  const machine = await readMachine()
  const versions = readVersions(folder(''))
  if (before !== undefined) assertSame({ ...before.machine, ...before.versions }, { ...machine, ...versions })
  const results = {
    date: before?.date ?? new Date().toISOString(),
    full,
    only,
    runs,
    orders: ordersFor(full),
    past: pastOf(full).rounds,
    machine: before?.machine ?? machine,
    versions,
    sizes: before?.sizes.length ? before.sizes : plan.group('sizes') ? await measureSizes() : [],
    counters: before?.counters.length ? before.counters : plan.group('counters') ? await countCosts(options) : [],
    itemSizes: sizes,
  }
  return { results, recorder: new Recorder(before) }
}

/** One run is of one machine and of one version of everything; its load is another at any time. Throws a TypeError naming what changed. */
function assertSame(before: Readonly<Record<string, unknown>>, now: Readonly<Record<string, unknown>>): void {
  const changed = Object.keys(before).filter((key) => key !== 'load' && before[key] !== now[key])
  if (changed.length > 0)
    throw new TypeError(`--resume goes on where it was measured, but ${changed.join(', ')} changed`)
}

/** The most telling first: see schedule.ts. */
async function partsOf(bench: Bench): Promise<Part[]> {
  const { plan } = bench
  const group = (name: 'q' | 'h' | 's' | 'l' | 'r', parts: readonly Part[]): readonly Part[] =>
    plan.group(name) ? parts : []
  const queries = plan.group('q') ? await queryParts(bench) : []
  const storage = group('s', storageParts(bench))
  const live = group('l', liveParts(bench))
  const history = group('h', historyParts(bench))
  const isSmall = ({ name }: Part): boolean => / \d+k$/.test(name)
  const isSlow = ({ name }: Part): boolean => name.endsWith('slow')
  const isHere = ({ name }: Part): boolean => !name.endsWith('node')
  return [
    ...queries.filter(isHere),
    ...storage.filter(isSmall),
    ...group('r', acrossParts(bench)),
    ...live.filter(isSmall),
    ...history.filter(isHere),
    ...queries.filter((part) => !isHere(part)),
    ...history.filter((part) => !isHere(part)),
    ...[...storage, ...live].filter((part) => !isSmall(part)).sort((a, b) => Number(isSlow(a)) - Number(isSlow(b))),
  ]
}

const nameOf = ({ part, system, run }: Turn): string => `${part.name}, ${system}, ${run}`
const titleOf = ({ part, run }: Turn, runs: number): string =>
  `${part.name.padEnd(12)} ${run === 0 ? 'warm-up' : `run ${run}/${runs}`}`

/** Systems and parts that were never reached. */
const leftOf = (parts: readonly Part[], { done }: Recorder, runs: number): Results['left'] =>
  parts.flatMap((part) =>
    part.systems
      .filter((system) => !done.has(nameOf({ part, system, run: Math.min(1, runs) })))
      .map((system) => ({ part: part.name, system })),
  )

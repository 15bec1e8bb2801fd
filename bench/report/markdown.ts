import type { Results, Sample } from '../record.ts'
import { ACROSS_SYSTEMS, LIVE_SYSTEMS, QUERY_SYSTEMS, STORAGE_SYSTEMS } from '../systems/systems.ts'
import { goalRow } from './goal.ts'
import { goals } from './goals.ts'
import { losses } from './losses.ts'
import { short } from './numbers.ts'
import { table, workloadTable } from './tables.ts'

/** The report of one run. `gaps`: what a person wrote about the largest gaps, for full runs; undefined for none. */
export function markdown(results: Results, gaps: string | undefined): string {
  const section = (title: string, body: string): string => (body === '' ? '' : `## ${title}\n\n${body}\n`)
  return [
    `# Benchmark results\n\n${preamble(results)}\n`,
    section('Goals', goalTable(results)),
    section('Where annals is slower or larger than a peer', listed(losses(results.samples, results.sizes))),
    section('The three largest gaps, and their causes', gaps ?? ''),
    section('Queries in memory, in a worker of the browser', part(results, 'chromium', 'Q', QUERY_SYSTEMS)),
    section('Queries in memory, in Node', part(results, 'node', 'Q', QUERY_SYSTEMS)),
    section('A long past, in a worker of the browser', part(results, 'chromium', 'H', QUERY_SYSTEMS)),
    section('A long past, in Node', part(results, 'node', 'H', QUERY_SYSTEMS)),
    section('Storage in the browser', part(results, 'chromium', 'S', STORAGE_SYSTEMS)),
    section(
      'Live query: the 50 items of lowest stock',
      part(results, 'chromium', 'L', [...STORAGE_SYSTEMS, ...LIVE_SYSTEMS]),
    ),
    section('From a worker to its page', part(results, 'chromium', 'R', ACROSS_SYSTEMS)),
    section('Bundles, minified and gzipped', sizeTable(results)),
    section('Costs of annals that no machine changes', counterTable(results)),
    section('What failed, is not offered or was not reached', troubleList(results)),
    section('How each system is used', settingsTable(results)),
  ]
    .filter((text) => text !== '')
    .join('\n')
}

function preamble({ date, runs, full, only, orders, past, machine }: Results): string {
  const { cpu, cores, memoryBytes, system, node, chromium, load } = machine
  const gib = Math.round(memoryBytes / 2 ** 30)
  const words = [...(full ? ['--full'] : []), ...(only.length > 0 ? [`--only ${only.join()}`] : [])]
  const args = words.length > 0 ? ` -- ${words.join(' ')}` : ''
  return [
    `\`npm run bench${args}\`, ${date.slice(0, 10)}: medians of ${runs} runs after a warm-up, systems interleaved, ± half the distance`,
    `between the quartiles; \`[2]\` where there was time for fewer runs. Every system in a fresh process or browser profile per run; every`,
    `answer compared with the others' before it is timed, or after it where asking would have warmed it up. "3x" behind a number: annals is three times better; bold, below 1: annals`,
    `is worse. Cold open was measured beside ${orders.toLocaleString('en')} orders, a long past means that everybody's age and salary changed ${past} times.`,
    `How to read all of it: bench/README.md.`,
    '',
    `Machine: ${cpu}, ${cores} cores, ${gib} GiB, ${system}; Node ${node}, Chromium ${chromium} headless; load average ${short(load)} when it began.`,
  ].join('\n')
}

const part = (results: Results, host: Sample['host'], group: Sample['group'], systems: readonly { name: string }[]) => {
  const samples = results.samples.filter((sample) => sample.host === host && sample.group === group)
  if (samples.length === 0) return ''
  return workloadTable(
    samples,
    systems.map(({ name }) => name),
    results.runs,
  )
}

function goalTable(results: Results): string {
  // A run that is narrowed to a part tells of that part alone.
  const told = goals(results).filter(({ found }) => found !== undefined || results.only.length === 0)
  return told.length === 0 ? '' : table(['goal', 'found', 'met'], told.map(goalRow))
}

const listed = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n')

const sizeTable = ({ sizes }: Results): string =>
  sizes.length === 0
    ? ''
    : table(
        ['', 'KiB'],
        sizes.map(({ name, bytes }) => [name, short(bytes / 1024)]),
      )

const counterTable = ({ counters }: Results): string =>
  counters.length === 0
    ? ''
    : table(
        ['', 'count'],
        counters.map(({ name, value }) => [name, short(value)]),
      )

/** A line for every reason of every system. */
function troubleList({ troubles, left }: Results): string {
  const lines = new Map<string, Set<string>>()
  const add = (system: string, reason: string, workload: string) => {
    const key = `${system}: ${reason}`
    lines.set(key, (lines.get(key) ?? new Set()).add(workload))
  }
  for (const { host, system, workload, message } of troubles) add(system, firstLine(message), `${workload} (${host})`)
  for (const { part, system } of left) add(system, 'there was no time for it', part)
  return listed([...lines].map(([reason, workloads]) => `${reason}: ${[...workloads].join(', ')}`))
}

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? ''

function settingsTable({ versions }: Results): string {
  const systems = [...QUERY_SYSTEMS, ...STORAGE_SYSTEMS, ...LIVE_SYSTEMS, ...ACROSS_SYSTEMS]
  const rows = systems.map(({ name, package: of, settings }) => {
    const version =
      of !== undefined ? `${of} ${versions[of]}` : name.startsWith('annals') ? `annals ${versions.annals}` : ''
    return [name, version, settings]
  })
  return table(['system', 'version', 'how'], [...new Map(rows.map((row) => [row.join(), row])).values()], '---')
}

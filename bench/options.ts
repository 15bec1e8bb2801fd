import { parseArgs } from 'node:util'

/** Counted runs of a full run, and its sizes. */
export const COUNTED_RUNS = 5
export const FULL_SIZES = ['10k', '100k', '1M', '5M']

export const HELP = `npm run bench -- [options]

  --full          every workload and size, five counted runs; writes bench/RESULTS.md and the README's table
  --minutes N     ends in time: what is most telling is measured first, and as often as it fits
  --only LIST     systems, hosts (node, chromium) and groups (Q, H, S, L, R, sizes, counters) by name, separated by commas
  --size LIST     sizes of storage and live queries: 1k, 10k, 100k items; 1M, 5M facts (200k, 1M items), annals alone
  --runs N        counted runs, after one that warms up and does not count; 0: the warm-up alone, to see that all works
  --resume        goes on with the run that bench/results/latest.json holds
  --report        measures nothing: writes the reports of bench/results/latest.json anew
  --profile NAME  measures nothing: shows where annals spends the time of one query workload, such as 'q4 100k'
  --no-build      measures the library as it was last built
  --help          this text`

export interface Options {
  readonly full: boolean
  /** Lower case; empty for everything. */
  readonly only: readonly string[]
  /** Items of the storage and live workloads, ascending. */
  readonly sizes: readonly number[]
  readonly runs: number
  /** Milliseconds. */
  readonly within: number
  readonly resume: boolean
  readonly report: boolean
  /** The workload whose time is to be broken down; undefined for none. */
  readonly profile: string | undefined
}

/** Items by what `--size` calls them: an item is five facts. */
const SIZES: Readonly<Record<string, number>> = {
  '1k': 1_000,
  '10k': 10_000,
  '100k': 100_000,
  '1m': 200_000,
  '5m': 1_000_000,
}

/** The name of a size, such as it ends a workload's name: `10k` items, `1M facts`. */
export function sizeName(items: number): string {
  if (items < 200_000) return `${items / 1_000}k`
  return `${(items * 5) / 1_000_000}M facts`
}

/** undefined when only help was asked for. Throws a TypeError for what is not an option. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      full: { type: 'boolean', default: false },
      minutes: { type: 'string' },
      only: { type: 'string', default: '' },
      size: { type: 'string' },
      runs: { type: 'string' },
      resume: { type: 'boolean', default: false },
      report: { type: 'boolean', default: false },
      profile: { type: 'string' },
      'no-build': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const { full, resume, report } = values
  const runs = Number(values.runs ?? (full ? COUNTED_RUNS : 1))
  if (!Number.isInteger(runs) || runs < 0) throw new TypeError(`--runs wants a number from 0, got ${values.runs}`)
  const minutes = Number(values.minutes ?? Number.POSITIVE_INFINITY)
  if (!(minutes > 0)) throw new TypeError(`--minutes wants a number above 0, got ${values.minutes}`)
  return {
    full,
    only: listOf(values.only).map((word) => word.toLowerCase()),
    sizes: (values.size === undefined ? (full ? FULL_SIZES : ['10k']) : listOf(values.size))
      .map(sizeOf)
      .sort((a, b) => a - b),
    runs,
    within: minutes * 60_000,
    resume,
    report,
    profile: values.profile,
  }
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')

function sizeOf(name: string): number {
  const size = SIZES[name.toLowerCase()]
  if (size === undefined) throw new TypeError(`--size knows ${Object.keys(SIZES).join(', ')}, not ${name}`)
  return size
}

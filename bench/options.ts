import { parseArgs } from 'node:util'

const HELP = `npm run bench -- [options]

  --full          every workload and size; writes bench/RESULTS.md
  --only LIST     systems, hosts (node, chromium) and groups (Q, H, S, L, R, sizes, counters) by name, separated by commas
  --size LIST     sizes of the storage workloads: 10k, 100k, 1m
  --runs N        counted runs, after one that warms up and does not count
  --no-build      measures the library as it was last built
  --help          this text`

export interface Options {
  readonly full: boolean
  /** Lower case; empty for everything. */
  readonly only: readonly string[]
  /** Items of the storage workloads. */
  readonly sizes: readonly number[]
  readonly runs: number
}

const SIZES: Readonly<Record<string, number>> = { '1k': 1_000, '10k': 10_000, '100k': 100_000, '1m': 1_000_000 }

export const sizeName = (items: number): string => (items >= 1_000_000 ? `${items / 1_000_000}m` : `${items / 1_000}k`)

/** undefined when only help was asked for. Throws a TypeError for what is not an option. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      full: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      size: { type: 'string' },
      runs: { type: 'string' },
      'no-build': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(HELP)
    return undefined
  }
  const { full } = values
  const runs = Number(values.runs ?? (full ? 5 : 2))
  if (!Number.isInteger(runs) || runs < 1) throw new TypeError(`--runs wants a number from 1, got ${values.runs}`)
  return {
    full,
    only: listOf(values.only).map((word) => word.toLowerCase()),
    sizes: listOf(values.size ?? (full ? '10k,100k' : '10k')).map(sizeOf),
    runs,
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

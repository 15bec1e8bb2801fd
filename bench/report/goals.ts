// The goals that follow from the figures of one run, each a ratio within it.
import { geometricMean } from '../measure/statistics.ts'
import type { Results, Size } from '../record.ts'
import { short } from './numbers.ts'
import { ratio } from './ratio.ts'
import { type Summary, summarise } from './summary.ts'

export interface Goal {
  readonly goal: string
  readonly found: string
  readonly met: boolean
}

const SQLITE = ['sqlite table', 'sqlite eav']
const isQuery = (workload: string): boolean => /^(q\d|q2-switch|qpred|rules)/.test(workload)

export function goals(results: Results): Goal[] {
  const of = (host: string, group: string): Summary =>
    summarise(results.samples.filter((sample) => sample.host === host && sample.group === group))
  const q = of('chromium', 'Q')
  return [
    ...queryGoals(q),
    ...historyGoals(of('chromium', 'H')),
    ...memoryGoals(of('node', 'Q')),
    ...storageGoals(of('chromium', 'S')),
    ...liveGoals(of('chromium', 'L')),
    ...acrossGoals(of('chromium', 'R')),
    ...sizeGoals(results.sizes),
  ]
}

function queryGoals(q: Summary): Goal[] {
  const rows = q.workloads.filter(isQuery)
  const datascript = rows.flatMap((row) => ratio(q, row, 'datascript') ?? [])
  const sqlite = rows.flatMap((row) => bestRatio(q, row, SQLITE) ?? [])
  const limit = rows.flatMap((row) => invert(ratio(q, row, 'limit')) ?? [])
  const good = q.cell('q2', 'annals')?.median
  const reversed = q.cell('q2-switch', 'annals')?.median
  return [
    ...mean('q and rules: geometric mean against DataScript', datascript, 50),
    ...least('q and rules: no row below, against DataScript', datascript, 20),
    ...mean('q and rules: geometric mean against the better form of sqlite', sqlite, 10),
    ...least('q and rules: no row below, against the better form of sqlite', sqlite, 4),
    ...most('q and rules: the slowest row in multiples of the limit (rows not counted in)', limit, 6),
    ...most('reversed clauses in multiples of the good order', good && reversed ? [reversed / good] : [], 1.2),
    ...most('q4 over 100k people in multiples of 20k', quotient(q, 'q4 100k', 'q4'), 6),
    ...most(
      'point lookup, us',
      [...some(q.cell('lookup 10k', 'annals')?.median)].map((ms) => ms * 1_000),
      5,
    ),
    ...least('add 20k people: against DataScript', some(ratio(q, 'add', 'datascript')), 10),
    ...least('add 20k people: against sqlite', some(bestRatio(q, 'add', SQLITE)), 2),
  ]
}

/** `as of middle` may grow with the number of blocks of the past: it is shown, and has no bound of its own here. */
const historyGoals = (h: Summary): Goal[] =>
  ['q1', 'q4', 'qpred1'].flatMap((query) => [
    ...most(
      `${query} after a long past, in multiples of before`,
      quotient(h, `H ${query} old`, `H ${query} young`),
      1.1,
    ),
    ...most(
      `${query} as of a recent t, in multiples of now`,
      quotient(h, `H ${query} as of recent`, `H ${query} old`),
      1.5,
    ),
  ])

const memoryGoals = (node: Summary): Goal[] =>
  most('memory per fact over all indexes, bytes', some(node.cell('bytes per fact', 'annals')?.median), 60)

function storageGoals(s: Summary): Goal[] {
  const sizes = s.workloads.flatMap((workload) => /^S1 import (\w+)$/.exec(workload)?.[1] ?? [])
  return sizes.flatMap((size) => [
    ...least(`S1 import ${size}: against Dexie`, some(ratio(s, `S1 import ${size}`, 'dexie')), 10),
    ...most(`S2 cold open ${size}: multiples of the limit at 10k`, againstSmallLimit(s, size), 2),
    ...most(`S3 p50 ${size}: multiples of the limit`, multiples(s, `S3 p50 ${size}`), 1.3),
    ...most(`S3 p99 ${size}: multiples of the limit`, multiples(s, `S3 p99 ${size}`), 3),
    ...least(`S4 ${size}: transactions per second`, some(s.cell(`S4 concurrent ${size}`, 'annals')?.median), 20_000),
    ...most(`S5 ${size}: bytes per item`, some(s.cell(`S5 bytes ${size}`, 'annals')?.median), 40),
  ])
}

const liveGoals = (l: Summary): Goal[] =>
  l.workloads
    .filter((workload) => workload.startsWith('L p50'))
    .flatMap((workload) =>
      most(`${workload} in this thread, memory, ms`, some(l.cell(workload, 'annals memory')?.median), 0.1),
    )

const acrossGoals = (r: Summary): Goal[] => [
  ...most('R smallest answer: multiples of a bare Comlink call', some(invert(ratio(r, 'R small 10k', 'comlink'))), 2),
  ...most('R 10k rows to the page, ms', some(r.cell('R large 10k', 'annals')?.median), 1),
]

const sizeGoals = (sizes: readonly Size[]): Goal[] =>
  [
    ['page', 12],
    ['worker', 75],
    ['react', 3],
  ].flatMap(([part, limit]) =>
    most(
      `bundle, ${part}, KiB`,
      sizes.filter(({ name }) => name === `annals, ${part}`).map(({ bytes }) => bytes / 1024),
      Number(limit),
    ),
  )

const some = (value: number | undefined): number[] => (value === undefined ? [] : [value])
const invert = (value: number | undefined): number | undefined => (value === undefined ? undefined : 1 / value)
const multiples = (s: Summary, workload: string): number[] => some(invert(ratio(s, workload, 'limit')))

function bestRatio(summary: Summary, workload: string, systems: readonly string[]): number | undefined {
  const all = systems.flatMap((system) => ratio(summary, workload, system) ?? [])
  return all.length === 0 ? undefined : Math.min(...all)
}

function quotient({ cell }: Summary, large: string, small: string): number[] {
  const a = cell(large, 'annals')?.median
  const b = cell(small, 'annals')?.median
  return a && b ? [a / b] : []
}

function againstSmallLimit({ cell }: Summary, size: string): number[] {
  const ours = cell(`S2 cold open ${size}`, 'annals')?.median
  const floor = cell('S2 cold open 10k', 'limit')?.median
  return ours && floor ? [ours / floor] : []
}

const mean = (goal: string, values: readonly number[], wanted: number): Goal[] =>
  least(goal, values.length === 0 ? [] : [geometricMean(values)], wanted)

/** Nothing measured, no goal. */
const least = (goal: string, values: readonly number[], wanted: number): Goal[] =>
  values.length === 0
    ? []
    : [
        {
          goal: `${goal}: at least ${wanted.toLocaleString('en')}`,
          found: short(Math.min(...values)),
          met: Math.min(...values) >= wanted,
        },
      ]

const most = (goal: string, values: readonly number[], wanted: number): Goal[] =>
  values.length === 0
    ? []
    : [
        {
          goal: `${goal}: at most ${wanted.toLocaleString('en')}`,
          found: short(Math.max(...values)),
          met: Math.max(...values) <= wanted,
        },
      ]

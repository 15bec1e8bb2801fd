// The goals of the project that a run can tell of: ratios within it, or bounds on annals alone.
import { sizeName } from '../options.ts'
import type { Results, Size } from '../record.ts'
import { HISTORY_ASKS } from '../workloads/queries.ts'
import { type Goal, least, mean, most } from './goal.ts'
import { ratio } from './ratio.ts'
import { type Summary, summarise } from './summary.ts'

const SQLITE = ['sqlite table', 'sqlite eav']
const isQuery = (workload: string): boolean => /^(q\d|q2-switch|qpred|rules)/.test(workload)

/** What Datahike's planner takes on the JVM for the same questions, ms. */
const DATAHIKE = { 'value-join': 7.9, merge5: 2.4, not: 3.8, 'or-join': 5.5 }

/**
 * Goals in absolute terms were set on a machine where the limit came to this, and say more as multiples of it where a machine is
 * slower or faster: concurrent transactions a second, and ms for 10k rows as transferred columns.
 */
const LIMIT_THEN = { 'S4 concurrent': 2_960, 'R large': 0.5 }

/** MB that a worker may hold: the cache budget. */
const CACHE_MB = (32 * 2 ** 20) / 1e6

export function goals(results: Results): Goal[] {
  const of = (host: string, group: string): Summary =>
    summarise(results.samples.filter((sample) => sample.host === host && sample.group === group))
  const q = of('chromium', 'Q')
  const sizes = results.itemSizes.map(sizeName)
  return [
    ...queryGoals(q),
    ...historyGoals(of('chromium', 'H'), results.past),
    ...storageGoals(of('chromium', 'S'), sizes, storagePeers(results)),
    ...acrossGoals(of('chromium', 'R'), q),
    ...liveGoals(of('chromium', 'L'), sizes),
    ...sizeGoals(results.sizes),
    most(
      'Q memory per fact over all indexes, all read (Node), bytes',
      ours(of('node', 'Q'), 'bytes per fact, all read'),
      60,
    ),
  ]
}

const ours = ({ cell }: Summary, workload: string, system = 'annals'): number | undefined =>
  cell(workload, system)?.median
const quotient = (a: number | undefined, b: number | undefined): number | undefined => (a && b ? a / b : undefined)
const difference = (a: number | undefined, b: number | undefined): number | undefined =>
  a !== undefined && b !== undefined ? a - b : undefined

/** How many times better annals is than the best of `systems`. */
function bestRatio(summary: Summary, workload: string, systems: readonly string[]): number | undefined {
  const all = systems.flatMap((system) => ratio(summary, workload, system) ?? [])
  return all.length === 0 ? undefined : Math.min(...all)
}

function queryGoals(q: Summary): Goal[] {
  const rows = q.workloads.filter(isQuery)
  const datascript = rows.map((row) => ratio(q, row, 'datascript'))
  const sqlite = rows.map((row) => bestRatio(q, row, SQLITE))
  const joins = Object.entries(DATAHIKE).map(([join, jvm]) => quotient(ours(q, join), jvm))
  const lookup = ours(q, 'lookup 10k')
  return [
    mean('Q queries and rules, geometric mean: times faster than DataScript', datascript, 50),
    least('Q queries and rules, the worst: times faster than DataScript', datascript, 20),
    mean('Q queries and rules, geometric mean: times faster than the better sqlite', sqlite, 10),
    least('Q queries and rules, the worst: times faster than the better sqlite', sqlite, 4),
    most(
      'Q queries and rules, the worst: multiples of the limit, beside making the rows',
      rows.map((row) => floors(q, row)),
      6,
    ),
    most('Q clauses reversed: multiples of the good order', quotient(ours(q, 'q2-switch'), ours(q, 'q2')), 1.2),
    most(
      'Q 100k people: multiples of 20k',
      HISTORY_ASKS.map((ask) => quotient(ours(q, `${ask} 100k`), ours(q, ask))),
      6,
    ),
    most("Q value join, merge, not, or-join: multiples of Datahike's planner on the JVM", joins, 1),
    most('Q point lookup, us', lookup === undefined ? undefined : lookup * 1_000, 5),
    least('Q 20k people in one transaction: times faster than DataScript', ratio(q, 'add', 'datascript'), 10),
    least('Q 20k people in one transaction: times faster than sqlite', bestRatio(q, 'add', SQLITE), 2),
  ]
}

/** Multiples of the limit, after what it takes to make rows of its columns. */
function floors(q: Summary, workload: string): number | undefined {
  const rows = difference(ours(q, workload, 'limit rows'), ours(q, workload, 'limit'))
  return quotient(
    Math.max(difference(ours(q, workload), rows) ?? Number.NaN, 0) || undefined,
    ours(q, workload, 'limit'),
  )
}

function historyGoals(h: Summary, past: number): Goal[] {
  const all = (name: string, of: string) =>
    HISTORY_ASKS.map((ask) => quotient(ours(h, `H ${ask} ${name}`), ours(h, `H ${ask} ${of}`)))
  return [
    most(`Q after a past ${past} times as long: multiples of before`, all('old', 'young'), 1.1),
    most('Q asOf a recent t: multiples of now', all('as of recent', 'old'), 1.5),
    most(
      `Q asOf the middle of a past of ${past} changes: multiples of now`,
      all('as of middle', 'old'),
      1 + Math.log2(past),
    ),
  ]
}

/** Everybody who keeps data, but for the floor and annals itself. */
const storagePeers = ({ samples }: Results): string[] =>
  [...new Set(samples.flatMap(({ group, system }) => (group === 'S' ? system : [])))].filter(
    (system) => !/^(annals|limit)/.test(system),
  )

function storageGoals(s: Summary, sizes: readonly string[], peers: readonly string[]): Goal[] {
  const each = (workload: string) => sizes.map((size) => `${workload} ${size}`)
  const floor = ours(s, 'S2 cold open 10k', 'limit')
  const times = (workload: string, of: string, limit: string) =>
    each(workload).map((row) => quotient(ours(s, row, of), ours(s, row, limit)))
  return [
    least('S1 import of 100k: times faster than the best durable peer', bestRatio(s, 'S1 import 100k', peers), 1),
    least('S1 import of 100k: times faster than Dexie', ratio(s, 'S1 import 100k', 'dexie'), 10),
    ...sizes.map((size) =>
      most(`S2 cold open, ${size}: multiples of the limit at 10k`, quotient(ours(s, `S2 cold open ${size}`), floor), 2),
    ),
    least(
      'S2 cold open of 100k: times faster than sqlite',
      bestRatio(s, 'S2 cold open 100k', ['sqlite opfs', 'sqlite opfs wal']),
      2,
    ),
    ...Object.entries({ 'called in the worker': 'annals in worker', 'called from the page': 'annals' }).flatMap(
      ([where, system]) => [
        most(`S3 transaction, p50, ${where}: multiples of the limit`, times('S3 p50', system, 'limit'), 1.3),
        most(`S3 transaction, p99, ${where}: multiples of the limit`, times('S3 p99', system, 'limit'), 3),
      ],
    ),
    most('S3 transaction, p50, strict: multiples of the limit', times('S3 p50', 'annals strict', 'limit strict'), 1.3),
    most('S3 transaction, p99, strict: multiples of the limit', times('S3 p99', 'annals strict', 'limit strict'), 3),
    ...['annals in worker', 'annals', 'annals strict', 'annals synced'].map((system) =>
      least(
        `S4 concurrent transactions a second, ${system}`,
        each('S4 concurrent').map((row) => ours(s, row, system)),
        20_000,
      ),
    ),
    ...Object.entries({ 'annals in worker': 'limit', annals: 'limit', 'annals strict': 'limit strict' }).map(
      ([system, limit]) =>
        least(
          `S4 the same, ${system}: multiples of the limit`,
          times('S4 concurrent', system, limit),
          20_000 / LIMIT_THEN['S4 concurrent'],
        ),
    ),
    most(
      'S law 1: acknowledged transactions lost, in all modes',
      ['annals in worker', 'annals', 'annals strict', 'annals synced'].flatMap((system) =>
        each('S acknowledged, then lost').map((row) => ours(s, row, system)),
      ),
      0,
    ),
    ...sizes.map((size) => most(`S5 bytes on disk per item, ${size}`, ours(s, `S5 bytes ${size}`), 40)),
    ...sizes.map((size) => most(`S6 memory, ${size}, MB`, scaled(ours(s, `S6 memory ${size}`), 1e-6), CACHE_MB)),
  ]
}

const scaled = (value: number | undefined, by: number): number | undefined =>
  value === undefined ? undefined : value * by

function acrossGoals(r: Summary, q: Summary): Goal[] {
  const without = difference(ours(r, 'R small 10k'), ours(q, 'lookup 10k') ?? 0)
  return [
    most(
      'R smallest answer: multiples of a bare Comlink call, beside the query',
      quotient(without, ours(r, 'R small 10k', 'comlink')),
      2,
    ),
    most('R 10k rows to the page, ms', ours(r, 'R large 10k'), 1),
    most(
      'R the same: multiples of the limit',
      quotient(ours(r, 'R large 10k'), ours(r, 'R large 10k', 'limit')),
      1 / LIMIT_THEN['R large'],
    ),
  ]
}

/** Beside the write: what the same write takes while nothing is live is taken off. */
function liveGoals(l: Summary, sizes: readonly string[]): Goal[] {
  const beside = (workload: string, system: string) =>
    sizes.map((size) => difference(ours(l, `${workload} ${size}`, system), ours(l, `L write ${size}`, system)))
  return [
    most('L live update in the worker, beside the write, ms', beside('L p50', 'annals in worker'), 0.1),
    most('L the same with 100 other live queries, ms', beside('L100 p50', 'annals in worker'), 0.1),
    most('L seen by the page, beside the durable write, ms', beside('L p50', 'annals'), 0.6),
  ]
}

const sizeGoals = (sizes: readonly Size[]): Goal[] =>
  [
    ['page', 12],
    ['worker', 75],
    ['react', 3],
  ].map(([part, limit]) =>
    most(
      `B bundle, ${part}, KiB`,
      sizes.filter(({ name }) => name === `annals, ${part}`).map(({ bytes }) => bytes / 1024),
      Number(limit),
    ),
  )

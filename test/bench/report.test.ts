import { expect, it } from 'vitest'
import type { Results, Sample } from '../../bench/record.ts'
import { Recorder } from '../../bench/recorder.ts'
import { least, mean, most } from '../../bench/report/goal.ts'
import { goals } from '../../bench/report/goals.ts'
import { losses } from '../../bench/report/losses.ts'
import { ratio } from '../../bench/report/ratio.ts'
import { withSummary } from '../../bench/report/readme.ts'
import { summarise } from '../../bench/report/summary.ts'
import { workloadTable } from '../../bench/report/tables.ts'

const sample = (system: string, workload: string, value: number, run = 1): Sample => ({
  host: 'chromium',
  group: /^S\d/.test(workload) ? 'S' : 'Q',
  workload,
  system,
  run,
  value,
})

const RESULTS: Results = {
  date: '2026-11-22T00:00:00.000Z',
  full: true,
  only: [],
  runs: 1,
  itemSizes: [10_000],
  orders: 0,
  past: 50,
  machine: { cpu: '', cores: 2, memoryBytes: 0, system: '', node: '', chromium: '1.2', load: 0 },
  versions: {},
  samples: [],
  troubles: [],
  done: [],
  left: [],
  sizes: [],
  counters: [],
}

it('is better when less where times are shown, and when more where rates are', () => {
  const summary = summarise([
    sample('annals', 'q1', 2),
    sample('dexie', 'q1', 6),
    sample('annals', 'S4 concurrent 10k', 600),
    sample('dexie', 'S4 concurrent 10k', 200),
  ])
  expect(ratio(summary, 'q1', 'dexie')).toBe(3)
  expect(ratio(summary, 'S4 concurrent 10k', 'dexie')).toBe(3)
  expect(ratio(summary, 'q1', 'rxdb')).toBeUndefined()
})

it('compares what survives a power loss with what does too', () => {
  const summary = summarise([
    sample('annals', 'S3 p50 10k', 1),
    sample('annals strict', 'S3 p50 10k', 2),
    sample('sqlite opfs', 'S3 p50 10k', 4),
    sample('sqlite opfs', 'S3 p50 100k', 4),
    sample('annals', 'S3 p50 100k', 1),
  ])
  expect(ratio(summary, 'S3 p50 10k', 'sqlite opfs')).toBe(2)
  expect(ratio(summary, 'S3 p50 100k', 'sqlite opfs')).toBeUndefined()
})

it('takes an import that leaves nothing to index for indexed', () => {
  const summary = summarise([
    sample('annals', 'S1 import 10k', 1),
    sample('annals', 'S1 indexed 10k', 5),
    sample('dexie', 'S1 import 10k', 10),
  ])
  expect(ratio(summary, 'S1 indexed 10k', 'dexie')).toBe(2)
})

it('shows medians, spreads, fewer runs than wanted, and losses in bold', () => {
  const samples = [1, 2, 3].map((value, run) => sample('annals', 'q1', value, run + 1))
  const table = workloadTable([...samples, sample('limit', 'q1', 1)], ['annals', 'limit'], 3)
  expect(table.split('\n').at(-1)).toBe('| q1 (ms) | 2 ±25% | 1 [1] · **0.5x** |')
})

it('lists the small sizes first, whoever was measured first', () => {
  const samples = ['S1 import 5M facts', 'S1 import 10k', 'S1 import 100k'].map((name) => sample('annals', name, 1))
  expect(summarise(samples).workloads).toEqual(['S1 import 10k', 'S1 import 100k', 'S1 import 5M facts'])
})

it('tells the worst of several, and what was not measured', () => {
  expect(least('x', [30, 10, undefined], 20)).toMatchObject({ found: 10, met: false })
  expect(most('x', [3, 5], 6)).toMatchObject({ found: 5, met: true })
  expect(most('x', [undefined], 6)).toMatchObject({ found: undefined, met: false })
  expect(mean('x', [], 6)).toMatchObject({ found: undefined, met: false })
})

it('has every goal in its list, measured or not', () => {
  const nothing = goals(RESULTS)
  expect(new Set(nothing.map(({ goal }) => goal[0]))).toEqual(new Set(['Q', 'S', 'R', 'L', 'B']))
  expect(nothing.every(({ found, met }) => found === undefined && !met)).toBe(true)
  const samples = [sample('annals', 'lookup 10k', 0.004), sample('annals', 'q1', 1), sample('datascript', 'q1', 60)]
  const some = goals({ ...RESULTS, samples })
  expect(some).toHaveLength(nothing.length)
  expect(some.find(({ goal }) => goal.startsWith('Q point lookup'))).toMatchObject({ found: 4, met: true })
  const geometric = some.find(({ goal }) => /geometric mean.*DataScript/.test(goal))
  expect(geometric?.found).toBeCloseTo(60)
  expect(geometric?.met).toBe(true)
})

it('takes the cost of making rows off before it compares with the limit', () => {
  const samples = [sample('annals', 'q1', 5), sample('limit', 'q1', 1), sample('limit rows', 'q1', 3)]
  const goal = goals({ ...RESULTS, samples }).find((one) => one.goal.includes('multiples of the limit, beside'))
  expect(goal).toMatchObject({ found: 3, met: true })
})

it('names where a peer is ahead, but neither floors nor other forms of annals', () => {
  const samples = ['annals novelty', 'limit', 'dexie'].map((system) => sample(system, 'q1', 1))
  const sizes = [
    { name: 'annals, page', bytes: 10 },
    { name: 'annals, worker', bytes: 20 },
    { name: 'annals, react', bytes: 100 },
    { name: 'dexie', bytes: 10 },
    { name: 'pglite', bytes: 1_000 },
  ]
  expect(losses([sample('annals', 'q1', 2), ...samples], sizes)).toEqual([
    'page and worker, minified and gzipped (KiB): behind dexie 3x',
    'chromium, q1 (ms): behind dexie 2x',
  ])
})

it('writes between the two marks of the README and nowhere else', () => {
  const readme = 'before\n<!-- bench: written by npm run bench -- --full -->\nold\n<!-- bench end -->\nafter\n'
  const written = withSummary(readme, 'new')
  expect(written).toBe(readme.replace('old', 'new'))
  expect(withSummary(written, 'new')).toBe(written)
  expect(() => withSummary('nothing', 'new')).toThrow(/lacks/)
})

it('keeps failures with their reason once, drops the numbers of the warm-up, and goes on from before', async () => {
  const recorder = new Recorder({ samples: [sample('annals', 'q1', 1)], troubles: [], done: ['Q, annals, 1'] })
  const where = { host: 'chromium', group: 'Q', system: 'dexie' } as const
  await recorder.record(where, 0, '', async () => ({ figures: [{ name: 'q1', value: 9 }] }))
  await recorder.record(where, 2, '10k', async () => ({ figures: [{ name: 'q1', value: 7 }] }))
  for (const run of [1, 2]) {
    await recorder.record(where, run, '', async () => {
      throw new Error('it broke')
    })
  }
  expect(recorder.samples.map(({ workload, value }) => [workload, value])).toEqual([
    ['q1', 1],
    ['q1 10k', 7],
  ])
  expect(recorder.troubles).toEqual([{ host: 'chromium', system: 'dexie', workload: 'Q', message: 'it broke' }])
  expect(recorder.done.has('Q, annals, 1')).toBe(true)
})

it('counts a turn that was broken off and made again once', async () => {
  const recorder = new Recorder({ samples: [sample('dexie', 'q1', 1)], troubles: [], done: [] })
  const where = { host: 'chromium', group: 'Q', system: 'dexie' } as const
  await recorder.record(where, 1, '', async () => ({ figures: [{ name: 'q1', value: 2 }] }))
  await recorder.record(where, 2, '', async () => ({ figures: [{ name: 'q1', value: 3 }] }))
  expect(recorder.samples.map(({ run, value }) => [run, value])).toEqual([
    [1, 2],
    [2, 3],
  ])
})

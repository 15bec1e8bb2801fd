// The README's table: what an app's author wants to know first, taken from a full run.
import type { Results, Sample } from '../record.ts'
import { short } from './numbers.ts'
import { ratio } from './ratio.ts'
import { summarise } from './summary.ts'
import { table } from './tables.ts'
import { titleOf, unitOf } from './workload-units.ts'

const BEGIN = '<!-- bench: written by npm run bench -- --full -->'
const END = '<!-- bench end -->'

interface Row {
  readonly group: Sample['group']
  readonly workload: string
  /** Peers that are shown where they were measured. */
  readonly peers: readonly string[]
}

const QUERY_PEERS = ['limit', 'sqlite table', 'sqlite eav', 'datascript']
const STORAGE_PEERS = ['limit', 'dexie', 'sqlite opfs wal', 'rxdb']
const ROWS: readonly Row[] = [
  ...['q1', 'q4', 'qpred1', 'value-join', 'rules wide-7x3', 'lookup 10k'].map((workload) => ({
    group: 'Q' as const,
    workload,
    peers: QUERY_PEERS,
  })),
  ...[
    'S1 import 100k',
    'S1 indexed 100k',
    'S2 cold open 100k',
    'S3 p50 100k',
    'S4 concurrent 100k',
    'S5 bytes 100k',
  ].map((workload) => ({
    group: 'S' as const,
    workload,
    peers: STORAGE_PEERS,
  })),
  { group: 'L', workload: 'L p50 10k', peers: STORAGE_PEERS },
]

/** A row per workload: what annals takes, and each peer with how many times better annals is. */
export function summaryTable({ samples, date, machine }: Results): string {
  const rows = ROWS.flatMap(({ group, workload, peers }) => {
    const summary = summarise(samples.filter((sample) => sample.group === group && sample.host === 'chromium'))
    const ours = summary.cell(workload, 'annals')
    if (ours === undefined) return []
    const { scale } = unitOf(workload)
    const others = peers.flatMap((peer) => {
      const cell = summary.cell(workload, peer)
      const times = ratio(summary, workload, peer)
      return cell && times ? [`${peer} ${short(cell.median * scale)} (${short(times)}x)`] : []
    })
    return [[titleOf(workload), short(ours.median * scale), others.join(', ')]]
  })
  const says = `In Chromium ${machine.chromium.split('.')[0]} on ${machine.cores} cores, ${date.slice(0, 10)}; in brackets how many times better annals is.`
  return `${says}\n\n${table(['', 'annals', 'others'], rows)}`
}

/** `readme` with `summary` between its two markers. Throws when it has none. */
export function withSummary(readme: string, summary: string): string {
  const begin = readme.indexOf(BEGIN)
  const end = readme.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`README.md lacks the lines ${BEGIN} and ${END}`)
  return `${readme.slice(0, begin + BEGIN.length)}\n${summary}\n${readme.slice(end)}`
}

import type { Sample } from '../record.ts'
import { short } from './numbers.ts'
import { ratio } from './ratio.ts'
import { type Summary, summarise } from './summary.ts'
import { titleOf, unitOf } from './workload-units.ts'

/** A row per workload, a column per system: median, spread, and how many times better annals is. `runs`: as many as were wanted. */
export function workloadTable(samples: readonly Sample[], systems: readonly string[], runs: number): string {
  const summary = summarise(samples)
  const shown = systems.filter((system) => samples.some((sample) => sample.system === system))
  const rows = summary.workloads.map((workload) => [
    titleOf(workload),
    ...shown.map((system) => cellText(summary, workload, system, runs)),
  ])
  return table(['', ...shown], rows)
}

/** Such as `7.4 ±3% · 12x`; bold where annals is the slower one; `[2]` where there were two runs, fewer than wanted. */
function cellText(summary: Summary, workload: string, system: string, runs: number): string {
  const cell = summary.cell(workload, system)
  if (cell === undefined) return '-'
  const { scale } = unitOf(workload)
  const few = cell.runs < runs ? ` [${cell.runs}]` : ''
  const spread = cell.median === 0 || cell.runs < 2 ? '' : ` ±${Math.round(cell.spread * 100)}%`
  const text = `${short(cell.median * scale)}${spread}${few}`
  const times = system.startsWith('annals') ? undefined : ratio(summary, workload, system)
  if (times === undefined) return text
  return times < 1 ? `${text} · **${short(times)}x**` : `${text} · ${short(times)}x`
}

/** `align` is for all columns but the first, which holds words. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[], align = '---:'): string =>
  [head, head.map((_, i) => (i === 0 ? '---' : align)), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

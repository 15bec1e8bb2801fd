import type { Summary } from './summary.ts'
import { unitOf } from './workload-units.ts'

/** How many times better annals is than `system`: above 1 annals wins. undefined where one of them has no figure, or 0. */
export function ratio({ cell }: Summary, workload: string, system: string, ours = 'annals'): number | undefined {
  const mine = cell(workload, ours)?.median
  const other = cell(workload, system)?.median
  if (!mine || !other) return undefined
  return unitOf(workload).better === 'less' ? other / mine : mine / other
}

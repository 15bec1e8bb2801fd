import { RIVALS } from '../systems/rivals.ts'
import type { Summary } from './summary.ts'
import { unitOf } from './workload-units.ts'

/** How many times better annals is than `system`, at equal durability: above 1 annals wins. undefined where one of them has no figure, or 0. */
export function ratio({ cell }: Summary, workload: string, system: string): number | undefined {
  const mine = cell(workload, RIVALS[system] ?? 'annals')?.median
  const other = cell(workload, system)?.median
  if (!mine || !other) return undefined
  return unitOf(workload).better === 'less' ? other / mine : mine / other
}

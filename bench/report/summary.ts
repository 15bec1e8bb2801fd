import { median, quantile } from '../measure/statistics.ts'
import type { Sample } from '../record.ts'

/** All runs of one system at one workload. */
export interface Cell {
  readonly median: number
  /** Half the distance between the quartiles, as a part of the median. */
  readonly spread: number
  readonly runs: number
}

/**
 * Where a system has nothing left to do afterwards, and so no figure for what comes later, the figure of what came before
 * stands: an import that leaves nothing to index is indexed when it ends.
 */
const BEFORE: readonly (readonly [after: RegExp, before: string])[] = [[/^S1 indexed/, 'S1 import']]

/** Medians by workload and by system, the small sizes first. */
export interface Summary {
  readonly workloads: readonly string[]
  cell(workload: string, system: string): Cell | undefined
}

export function summarise(samples: readonly Sample[]): Summary {
  const values = new Map<string, number[]>()
  for (const { workload, system, value } of samples) {
    const key = keyOf(workload, system)
    const known = values.get(key)
    if (known) known.push(value)
    else values.set(key, [value])
  }
  const sizes = [...new Set(samples.map(({ workload }) => sizeOf(workload)))].sort((a, b) => a - b)
  const workloads = [...new Set(samples.map(({ workload }) => workload))]
  return {
    // Within one size as they were measured: what one system alone measures may have come first.
    workloads: sizes.flatMap((size) => workloads.filter((workload) => sizeOf(workload) === size)),
    cell(workload, system) {
      const before = BEFORE.find(([after]) => after.test(workload))
      const found =
        values.get(keyOf(workload, system)) ??
        (before && values.get(keyOf(workload.replace(before[0], before[1]), system)))
      if (found === undefined) return undefined
      const middle = median(found)
      const spread = middle === 0 ? 0 : (quantile(found, 0.75) - quantile(found, 0.25)) / 2 / middle
      return { median: middle, spread, runs: found.length }
    },
  }
}

const keyOf = (workload: string, system: string): string => JSON.stringify([workload, system])

const UNITS: Readonly<Record<string, number>> = { k: 1_000, M: 1_000_000 }

/** Things that a workload is about, by the end of its name: `S1 import 10k`, `S1 import 1M facts`; 0 where it says nothing. */
function sizeOf(workload: string): number {
  const [, digits, unit] = / (\d+)([kM])(?: facts)?$/.exec(workload) ?? []
  return Number(digits ?? 0) * (UNITS[unit ?? ''] ?? 0)
}

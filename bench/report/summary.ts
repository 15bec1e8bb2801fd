import { median, quantile } from '../measure/statistics.ts'
import type { Sample } from '../record.ts'

/** All runs of one system at one workload. */
export interface Cell {
  readonly median: number
  /** Half the distance between the quartiles, as a part of the median. */
  readonly spread: number
}

/** Medians by workload, in the order in which they were measured, and by system. */
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
  return {
    workloads: [...new Set(samples.map(({ workload }) => workload))],
    cell(workload, system) {
      const found = values.get(keyOf(workload, system))
      if (found === undefined) return undefined
      const middle = median(found)
      const spread = middle === 0 ? 0 : (quantile(found, 0.75) - quantile(found, 0.25)) / 2 / middle
      return { median: middle, spread }
    },
  }
}

const keyOf = (workload: string, system: string): string => JSON.stringify([workload, system])

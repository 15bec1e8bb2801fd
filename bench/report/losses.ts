import type { Sample } from '../record.ts'
import { short } from './numbers.ts'
import { ratio } from './ratio.ts'
import { summarise } from './summary.ts'
import { titleOf } from './workload-units.ts'

/** Floors, building blocks and annals itself are no rivals. */
const FLOORS = /^(limit|json|comlink|annals)/

/** A line for every workload in which a peer beats annals, the largest factor first. */
export function losses(samples: readonly Sample[]): string[] {
  const places = [...new Set(samples.map(({ host, group }) => `${host} ${group}`))]
  return places
    .flatMap((place) => {
      const summary = summarise(samples.filter(({ host, group }) => `${host} ${group}` === place))
      const peers = [...new Set(samples.map(({ system }) => system))].filter((system) => !FLOORS.test(system))
      return summary.workloads.flatMap((workload) => {
        const behind = peers
          .map((system) => ({ system, times: 1 / (ratio(summary, workload, system) ?? Number.POSITIVE_INFINITY) }))
          .filter(({ times }) => times > 1)
          .sort((a, b) => b.times - a.times)
        const worst = behind[0]
        if (worst === undefined) return []
        const all = behind.map(({ system, times }) => `${system} ${short(times)}x`).join(', ')
        return [{ times: worst.times, line: `${place.split(' ')[0]}, ${titleOf(workload)}: behind ${all}` }]
      })
    })
    .sort((a, b) => b.times - a.times)
    .map(({ line }) => line)
}

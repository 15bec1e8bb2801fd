import type { Sample, Size } from '../record.ts'
import { short } from './numbers.ts'
import { ratio } from './ratio.ts'
import { summarise } from './summary.ts'
import { titleOf } from './workload-units.ts'

/** Floors, building blocks and annals itself are no rivals. */
const FLOORS = /^(limit|json|comlink|annals)/

/** A line for every workload, and for the bundles, in which a peer beats annals, the largest factor first. */
export function losses(samples: readonly Sample[], sizes: readonly Size[]): string[] {
  return [...slower(samples), ...larger(sizes)].sort((a, b) => b.times - a.times).map(({ line }) => line)
}

interface Loss {
  readonly times: number
  readonly line: string
}

/** Peers are loaded whole, so all of annals that a page and its worker load stands against them. */
function larger(sizes: readonly Size[]): Loss[] {
  const ours = sizes.reduce((sum, { name, bytes }) => (/^annals, (page|worker)/.test(name) ? sum + bytes : sum), 0)
  const peers = sizes.filter(({ name }) => !name.startsWith('annals'))
  return lossTo(
    'page and worker, minified and gzipped (KiB)',
    peers.map(({ name, bytes }) => ({ system: name, times: ours / bytes })),
  )
}

function slower(samples: readonly Sample[]): Loss[] {
  const places = [...new Set(samples.map(({ host, group }) => `${host} ${group}`))]
  return places.flatMap((place) => {
    const summary = summarise(samples.filter(({ host, group }) => `${host} ${group}` === place))
    const peers = [...new Set(samples.map(({ system }) => system))].filter((system) => !FLOORS.test(system))
    return summary.workloads.flatMap((workload) => {
      const behind = peers.map((system) => ({
        system,
        times: 1 / (ratio(summary, workload, system) ?? Number.POSITIVE_INFINITY),
      }))
      return lossTo(`${place.split(' ')[0]}, ${titleOf(workload)}`, behind)
    })
  })
}

/** `times`: how many times better a peer is. */
function lossTo(what: string, peers: readonly { readonly system: string; readonly times: number }[]): Loss[] {
  const ahead = peers.filter(({ times }) => times > 1).sort((a, b) => b.times - a.times)
  const [worst] = ahead
  if (worst === undefined) return []
  const all = ahead.map(({ system, times }) => `${system} ${short(times)}x`).join(', ')
  return [{ times: worst.times, line: `${what}: behind ${all}` }]
}

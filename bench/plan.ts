import type { Options } from './options.ts'
import { ACROSS_SYSTEMS, LIVE_SYSTEMS, QUERY_SYSTEMS, STORAGE_SYSTEMS } from './systems/systems.ts'

const HOSTS = ['node', 'chromium'] as const
const GROUPS = ['q', 'h', 's', 'l', 'r', 'sizes', 'counters'] as const
const SYSTEMS = new Set(
  [QUERY_SYSTEMS, STORAGE_SYSTEMS, LIVE_SYSTEMS, ACROSS_SYSTEMS].flatMap((list) => list.map(({ name }) => name)),
)

export type HostName = (typeof HOSTS)[number]
export type GroupName = (typeof GROUPS)[number]

/** What `--only` leaves. A kind of word that is not named leaves everything of that kind. */
export interface Plan {
  host(name: HostName): boolean
  group(name: GroupName): boolean
  /** Names. */
  systems(list: readonly { readonly name: string }[]): string[]
}

/** Throws a TypeError for a word that names nothing. */
export function makePlan({ only }: Options): Plan {
  const known = new Set<string>([...HOSTS, ...GROUPS, ...SYSTEMS])
  const unknown = only.find((word) => !known.has(word))
  if (unknown !== undefined) throw new TypeError(`--only knows ${[...known].join(', ')}; not ${unknown}`)
  const chosen = (words: Iterable<string>): ((word: string) => boolean) => {
    const named = new Set([...words].filter((word) => only.includes(word)))
    return (word) => named.size === 0 || named.has(word)
  }
  const hosts = chosen(HOSTS)
  const groups = chosen(GROUPS)
  const systems = chosen(SYSTEMS)
  return { host: hosts, group: groups, systems: (list) => list.map(({ name }) => name).filter(systems) }
}

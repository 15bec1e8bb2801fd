/** A group of workloads at one size in one place: what is measured of all its systems before the next part follows. */
export interface Part {
  /** Such as `S 10k`. */
  readonly name: string
  readonly systems: readonly string[]
  /** The first run: 1 where another part warms the same systems up; default 0. */
  readonly first?: number
  /** Makes one run of one system, and records it. Run 0 warms up: the least that does everything once. */
  measure(system: string, run: number): Promise<void>
}

/** `part` with those of its systems that are `slow` in a part of their own: the last to be made where time is short. */
export function slowApart(part: Part, slow: readonly string[]): Part[] {
  const apart = part.systems.filter((system) => slow.includes(system))
  if (apart.length === 0) return [part]
  const systems = part.systems.filter((system) => !slow.includes(system))
  return [
    { ...part, systems },
    { ...part, name: `${part.name}, slow`, systems: apart },
  ]
}

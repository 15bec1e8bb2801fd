/** What the simulation looks for: the invariants of sync, by short names. */
export type Invariant =
  | 'dense chain'
  | 'once'
  | 'order of creation'
  | 'old epochs are fenced off'
  | 'fold of the log'
  | 'nothing lost'
  | 'refusals are true'
  | 'endings are true'
  | 'stays in view'
  | 'nothing stale'
  | 'tabs agree'
  | 'replicas agree'
  | 'one entity an id'
  | 'ids stay usable'
  | 'comes to rest'
  | 'no failure'

/** An invariant that does not hold. */
export class Violation extends Error {
  constructor(
    readonly invariant: Invariant,
    what: string,
    options?: ErrorOptions,
  ) {
    super(`${invariant}: ${what}`, options)
  }
}

export function hold(ok: boolean, invariant: Invariant, what: () => string): asserts ok {
  if (!ok) throw new Violation(invariant, what())
}

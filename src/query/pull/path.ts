/**
 * The entities between the start of a recursion and one place in it. Going a step further and asking whether an entity is
 * on the way both cost the logarithm of the depth at most, so that chains of 100,000 entities are as good as short ones.
 */
export class Path {
  /** The newest place of each entity among all paths that share the start. */
  #newest: Map<number, Path> | undefined
  /** The next older place of the same entity, not necessarily on the way here. */
  #older: Path | undefined
  /** A place further up, chosen so that any depth is reached in logarithmically many jumps and steps. */
  readonly #jump: Path

  private constructor(
    private readonly entity: number,
    private readonly up: Path | undefined,
    private readonly depth: number,
  ) {
    if (up === undefined) this.#jump = this
    else {
      const far = up.#jump
      this.#jump = up.depth - far.depth === far.depth - far.#jump.depth ? far.#jump : up
      this.#newest = up.#newest
    }
  }

  static start(entity: number): Path {
    return new Path(entity, undefined, 0)
  }

  /** The path to `entity` by one more step; undefined when the entity is on the way here. */
  step(entity: number): Path | undefined {
    // only the start of a recursion can be without the map, before its first step
    if (this.#newest === undefined) this.#newest = new Map([[this.entity, this]])
    if (this.#passes(entity)) return undefined
    const next = new Path(entity, this, this.depth + 1)
    next.#older = this.#newest.get(entity)
    this.#newest.set(entity, next)
    return next
  }

  #passes(entity: number): boolean {
    let tries = 0
    for (let place = this.#newest?.get(entity); place !== undefined; place = place.#older) {
      if (place.depth <= this.depth && this.#at(place.depth) === place) return true
      // an entity met in very many places, as in dense graphs: then walking up is the shorter way
      if (++tries > this.depth) return this.#walkFinds(entity)
    }
    return false
  }

  /** The place at `depth` on the way here. Requires: `depth <= this.depth`. */
  #at(depth: number): Path {
    let place: Path = this
    while (place.depth > depth) place = place.#jump.depth >= depth ? place.#jump : (place.up as Path)
    return place
  }

  #walkFinds(entity: number): boolean {
    for (let place: Path | undefined = this; place !== undefined; place = place.up) {
      if (place.entity === entity) return true
    }
    return false
  }
}

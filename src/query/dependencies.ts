interface Dependency {
  readonly from: readonly number[]
  readonly to: number
}

/**
 * Which slots are settled by others (an entity settles a cardinality-one value, a unique value its entity): a column may be
 * dropped without making equal rows when what stays settles it.
 */
export class Dependencies {
  readonly #known: Dependency[] = []

  add(from: readonly number[], to: number): void {
    this.#known.push({ from, to })
  }

  /** Whether `kept` settles every slot of `dropped`. */
  settles(kept: readonly number[], dropped: readonly number[]): boolean {
    if (dropped.length === 0) return true
    const settled = new Set(kept)
    for (let before = -1; before < settled.size; ) {
      before = settled.size
      for (const { from, to } of this.#known) if (from.every((slot) => settled.has(slot))) settled.add(to)
    }
    return dropped.every((slot) => settled.has(slot))
  }
}

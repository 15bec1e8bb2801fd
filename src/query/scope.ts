/** The names of a program's slots, and new slots. Slots are numbered through the whole program. */
export class Slots {
  readonly names: string[] = []

  fresh(name: string): number {
    this.names.push(name)
    return this.names.length - 1
  }
}

/** Which slot a name means. A scope sees the names of the one around it, unless it is closed. */
export class Scope {
  readonly #own = new Map<string, number>()
  readonly #made = new Set<number>()

  constructor(
    readonly slots: Slots,
    private readonly around?: Scope,
  ) {}

  find(name: string): number | undefined {
    return this.#own.get(name) ?? this.around?.find(name)
  }

  /** Whether `slot` was made in this scope, not around it. */
  owns(slot: number): boolean {
    return this.#made.has(slot)
  }

  /** The slot of `name`, which is made here if the name is not known. */
  declare(name: string): number {
    return this.find(name) ?? this.define(name, this.fresh(name))
  }

  /** A slot of this scope that no name means. */
  fresh(name: string): number {
    const slot = this.slots.fresh(name)
    this.#made.add(slot)
    return slot
  }

  /** Makes `name` mean `slot` here. */
  define(name: string, slot: number): number {
    this.#own.set(name, slot)
    return slot
  }
}

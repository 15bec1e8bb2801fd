import type { Attribute } from '../datom/schema.ts'

/**
 * What the places in which a variable stands say of its values: how inputs and constants for it are read. An entity may be
 * given as id, ident or lookup ref; a value is read by its attribute's type; without a role values speak for themselves.
 * A role that only a comparison or a default suggests is `likely`: what does not fit it speaks for itself too.
 */
export type Role =
  | { readonly kind: 'entity'; readonly source: number; readonly likely?: true }
  | { readonly kind: 'attribute'; readonly source: number; readonly likely?: true }
  | { readonly kind: 'value'; readonly attribute: Attribute; readonly source: number; readonly likely?: true }
  | { readonly kind: 'none' }
  /** Attributes of different types: no reading fits all. */
  | { readonly kind: 'several' }

const NONE: Role = { kind: 'none' }
const SEVERAL: Role = { kind: 'several' }

function merge(x: Role, y: Role): Role {
  if (x.kind === 'none' || y.kind === 'several') return y
  if (y.kind === 'none' || x.kind === 'several') return x
  if (x.kind === 'attribute' || y.kind === 'attribute') return x.kind === 'attribute' ? x : y
  if (x.kind === 'entity' || y.kind === 'entity') return x.kind === 'entity' ? x : y
  if (x.attribute.type !== y.attribute.type) return SEVERAL
  return x.likely ? y : x
}

/** `x` is compared with `y`: where nothing else says how to read one of them, it is read as the other. */
interface Likeness {
  readonly x: number
  readonly y: number
  /** By `<` and its kin, which say nothing of entities and attributes. */
  readonly ordered: boolean
}

/** Roles of slots; slots that must have equal values share one. */
export class Roles {
  readonly #parents: number[] = []
  readonly #roles: Role[] = []
  readonly #likenesses: Likeness[] = []
  readonly #suggestions: { readonly slot: number; readonly role: Role }[] = []

  note(slot: number, role: Role): void {
    const root = this.#root(slot)
    this.#roles[root] = merge(this.#roles[root] ?? NONE, role)
  }

  unite(x: number, y: number): void {
    const a = this.#root(x)
    const b = this.#root(y)
    if (a === b) return
    this.#parents[b] = a
    this.#roles[a] = merge(this.#roles[a] ?? NONE, this.#roles[b] ?? NONE)
  }

  compare(x: number, y: number, ordered: boolean): void {
    this.#likenesses.push({ x, y, ordered }, { x: y, y: x, ordered })
  }

  /** `slot` is passed on to where it is read as `role`, which counts where nothing here says how to read it. */
  suggest(slot: number, role: Role): void {
    this.#suggestions.push({ slot, role })
  }

  /** Spreads roles along comparisons; to be called once, when everything is noted. */
  settle(): void {
    const free = this.#suggestions.filter(({ slot }) => this.of(slot).kind === 'none')
    for (const { slot, role } of free) this.note(slot, role)
    for (let changed = true; changed; ) {
      changed = false
      for (const { x, y, ordered } of this.#likenesses) {
        const role = this.of(y)
        const tells = role.kind === 'value' || (!ordered && (role.kind === 'entity' || role.kind === 'attribute'))
        if (this.of(x).kind !== 'none' || !tells) continue
        this.note(x, { ...role, likely: true })
        changed = true
      }
    }
  }

  of(slot: number): Role {
    return this.#roles[this.#root(slot)] ?? NONE
  }

  #root(slot: number): number {
    let s = slot
    for (let up = this.#parents[s]; up !== undefined; up = this.#parents[s]) s = up
    return s
  }
}

import { type ModelDb, valueKey } from './model-db.ts'
import { Lookup, type ModelOp, Tempid, type Who } from './model-forms.ts'
import { Refused } from './refused.ts'

/** What tempids and lookup refs stand for. */
export class ModelEntities {
  private readonly same = new Map<string, string>()
  private readonly ids = new Map<string, number>()

  constructor(
    private readonly db: ModelDb,
    private readonly ops: readonly ModelOp[],
    private readonly mint: () => number,
  ) {
    for (const who of this.mentioned()) if (who instanceof Lookup) this.id(who)
  }

  private *mentioned(): Iterable<unknown> {
    for (const op of this.ops) {
      if ('e' in op) yield op.e
      if ('v' in op) yield op.v
      if ('old' in op) yield op.old
    }
  }

  private root(name: string): string {
    const next = this.same.get(name)
    return next === undefined ? name : this.root(next)
  }

  /** The entity, or for a tempid that is nobody yet, its name. */
  id(who: unknown): unknown {
    if (who instanceof Tempid) return this.ids.get(this.root(who.name)) ?? this.root(who.name)
    if (!(who instanceof Lookup)) return who
    const found = this.db.owner(who.a.id, this.id(who.v))
    if (found === undefined) throw new Refused('entity', `nobody has that ${who.a.ident}`)
    return found
  }

  final(who: Who): number {
    const id = this.id(who)
    if (typeof id === 'number') return id
    const minted = this.mint()
    this.ids.set(String(id), minted)
    return minted
  }

  /** The value that a demand names. */
  value(v: unknown): unknown {
    return v instanceof Tempid || v instanceof Lookup ? this.final(v) : v
  }

  /** Whatever is given a value that identifies one entity is that entity; until nothing more follows. */
  unify(): void {
    for (let moved = true; moved; ) {
      moved = false
      const claimed = new Map<string, Tempid>()
      for (const op of this.ops) {
        if (op.op !== 'add' || op.a.unique !== 'identity' || !(op.e instanceof Tempid)) continue
        const v = this.id(op.v)
        const isNobody = op.v instanceof Tempid && typeof v === 'string'
        const key = `${op.a.id} ${isNobody ? `entity ${v}` : valueKey(v)}`
        const owner = this.db.owner(op.a.id, v)
        if (owner !== undefined) moved = this.is(op.e, owner) || moved
        const other = claimed.get(key)
        if (other === undefined) claimed.set(key, op.e)
        else moved = this.join(other, op.e) || moved
      }
    }
  }

  private is(t: Tempid, id: number): boolean {
    const known = this.ids.get(this.root(t.name))
    if (known !== undefined && known !== id) throw new Refused('tx', `${t.name} is two entities`)
    this.ids.set(this.root(t.name), id)
    return known === undefined
  }

  private join(t: Tempid, other: Tempid): boolean {
    const [x, y] = [this.root(t.name), this.root(other.name)]
    if (x === y) return false
    const [known, id] = [this.ids.get(x), this.ids.get(y)]
    if (known !== undefined && id !== undefined && known !== id) throw new Refused('tx', `${t.name} is two entities`)
    this.same.set(y, x)
    if (id !== undefined) this.ids.set(x, id)
    return true
  }

  checkDescribed(described: ReadonlySet<string>): void {
    const roots = new Set([...described].map((name) => this.root(name)))
    for (const who of this.mentioned()) {
      if (who instanceof Tempid && !roots.has(this.root(who.name)))
        throw new Refused('tx', `nothing is said of ${who.name}`)
    }
  }

  named(): ReadonlyMap<string, number> {
    const out = new Map<string, number>()
    for (const who of this.mentioned())
      if (who instanceof Tempid && !who.name.startsWith('~')) out.set(who.name, this.final(who))
    return out
  }
}

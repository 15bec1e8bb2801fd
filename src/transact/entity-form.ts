import { AnnalsError } from '../base/errors.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import { isKeyword, isLiteral, unlisted } from '../datom/atoms.ts'
import { describe } from '../datom/read-value.ts'
import { findAttribute, nearestAttribute } from '../datom/schema.ts'
import type { Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import { entityId, givenId, isLookupRef, namesNobody } from '../db/entity.ts'

/** Keys of maps without `db/id` begin so; what an application names so gets it doubled. */
const UNNAMED = '~'

/** A name for an entity within one transaction: new, or found by a unique attribute that the transaction gives it. */
export class Tempid {
  #joined: Tempid | undefined
  /** The entity that it turned out to be; undefined until then. */
  id: number | undefined
  /** Whether a fact is said about it; one that is only pointed at is refused. */
  described = false
  /** Whether something may be said about it in another place than the map that it stands for. */
  shared: boolean

  constructor(
    /** Distinct within the transaction, and the same at every run. */
    readonly key: string,
    /** Whether the application named it, as opposed to a map without `db/id`. */
    readonly named: boolean,
  ) {
    this.shared = named
  }

  /** As the application wrote it. */
  get name(): string {
    return this.named && this.key.startsWith(UNNAMED) ? this.key.slice(1) : this.key
  }

  /** For messages. */
  get label(): string {
    return this.named ? `the tempid ${JSON.stringify(this.name)}` : "a map without 'db/id'"
  }

  /** The one that stands for all that have been joined with it. */
  get root(): Tempid {
    let t: Tempid = this
    while (t.#joined !== undefined) t = t.#joined
    return t
  }

  /** From now on both are one entity. Requires: both are roots. */
  join(other: Tempid): void {
    other.#joined = this
    this.shared = other.shared = true
    this.described ||= other.described
    this.id ??= other.id
  }
}

/** A lookup ref, resolved in the database before the transaction. */
export class Lookup {
  id: number | undefined
  constructor(readonly form: readonly [unknown, unknown]) {}

  resolve(db: Db): MaybePromise<void> {
    const found = entityId(db, this.form)
    if (found instanceof Promise) return found.then((id) => this.#set(id))
    this.#set(found)
  }

  #set(id: number | undefined): void {
    if (id === undefined) {
      const [name, value] = this.form
      const attribute = isKeyword(name) ? name.$kw : String(name)
      throw new AnnalsError(
        'entity/unknown',
        `no entity has ${describe(value)} for ${attribute}; lookup refs are resolved before the transaction: use a tempid or a map to make one`,
        { attribute, value },
      )
    }
    this.id = id
  }
}

/** A tuple of which some refs are still to be resolved. */
export class TupleForm {
  constructor(
    /** What is none of these names is as it was given. */
    private readonly members: readonly unknown[],
    private readonly read: (members: readonly unknown[]) => Value,
  ) {
    this.#at((name) => name.id ?? 0) // what is wrong with the others is told at once
  }

  /** undefined while a tempid in it is nobody yet. */
  get value(): Value | undefined {
    const names = this.members.filter((m) => m instanceof Tempid || m instanceof Lookup)
    return names.every((m) => idIn(m) !== undefined) ? this.#at(idIn) : undefined
  }

  #at(id: (name: Tempid | Lookup) => number | undefined): Value {
    return this.read(this.members.map((m) => (m instanceof Tempid || m instanceof Lookup ? id(m) : m)))
  }
}

const idIn = (name: Tempid | Lookup): number | undefined => (name instanceof Tempid ? name.root.id : name.id)

/** Names of the transaction itself. */
const TX = /^(?:(?:datomic|datascript)\.tx|:db\/current-tx)$/

/** An entity as a transaction names it. */
export type EntityForm = number | Tempid | Lookup

/** The names that transaction data uses for entities, and what they turn out to be. */
export class Names {
  /** In the order of their first mention. */
  readonly tempids: Tempid[] = []
  readonly #named = new Map<string, Tempid>()
  readonly lookups: Lookup[] = []
  /** What the transaction's own tempid stands for, where it is used. */
  ofTx: Readonly<Record<string, number>> = {}
  /** Ids that were written as numbers: they must exist. */
  readonly given = new Set<number>()

  constructor(
    private readonly db: Db,
    /** The entity of the transaction itself. */
    private readonly tx: number,
  ) {}

  /** The entity of a map without `db/id`; `path` says where it stands. */
  unnamed(path: string): Tempid {
    const t = new Tempid(UNNAMED + path, false)
    this.tempids.push(t)
    return t
  }

  #tempid(name: string, named = true): Tempid {
    let t = this.#named.get(name)
    if (t === undefined) {
      t = new Tempid(name.startsWith(UNNAMED) ? UNNAMED + name : name, named)
      this.#named.set(name, t)
      this.tempids.push(t)
    }
    return t
  }

  /** Reads a form in a place where only an entity can stand. Throws `ident/unknown`, `entity/bad-id`. */
  entity(form: unknown): EntityForm {
    const x = isLiteral(form) ? form.$lit : unlisted(form)
    if (typeof x === 'number') {
      const id = givenId(this.db, x)
      this.given.add(id)
      return id
    }
    if (isKeyword(x)) return this.#ident(x.$kw)
    if (typeof x === 'string') {
      return x.startsWith(':') || TX.test(x) ? this.#ident(x) : this.#tempid(x)
    }
    if (isLookupRef(x)) {
      const lookup = new Lookup(x)
      this.lookups.push(lookup)
      return lookup
    }
    throw namesNobody(x, ', a tempid')
  }

  #ident(name: string): number {
    if (TX.test(name)) {
      this.ofTx = { ...this.ofTx, [name]: this.tx }
      return this.tx
    }
    const id = this.db.schema.idents.get(name)
    if (id === undefined) throw unknownIdent(name)
    return id
  }

  /** The entity of an ident that nobody has yet, and that the transaction has to give to one; undefined for any other form. */
  newIdent(form: unknown): Tempid | undefined {
    const name = isKeyword(form) ? form.$kw : form
    if (typeof name !== 'string' || !name.startsWith(':') || this.db.schema.idents.has(name)) return undefined
    return this.#tempid(name, false)
  }

  /** Whether a two-element list in a ref place is a lookup ref, rather than two values. */
  isLookup(x: unknown): boolean {
    if (!isLookupRef(x)) return false
    const name = isKeyword(x[0]) ? x[0].$kw : x[0]
    if (typeof name !== 'string') return false
    const attribute = findAttribute(this.db.schema, name)
    return attribute !== undefined
      ? attribute.unique !== undefined
      : isKeyword(x[0]) && !this.db.schema.idents.has(name) && nearestAttribute(this.db.schema, name) !== undefined
  }

  /** Throws `tx/tempid-unused` for a tempid that nothing is said about. */
  checkDescribed(): void {
    for (const t of this.tempids) {
      if (t.root.described) continue
      if (t.name.startsWith(':')) throw unknownIdent(t.name)
      const ident = this.db.schema.idents.has(`:${t.name}`) ? `; did you mean the ident ':${t.name}'?` : ''
      throw new AnnalsError(
        'tx/tempid-unused',
        `nothing is said about ${t.label}, which would be a new entity${ident}`,
        { tempid: t.name },
      )
    }
  }
}

const unknownIdent = (ident: string): AnnalsError =>
  new AnnalsError('ident/unknown', `no entity has the ident ${ident}; assert {':db/ident': '${ident}'} first`, {
    ident,
  })

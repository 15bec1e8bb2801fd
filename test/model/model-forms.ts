import type { ModelDb, ModelIncrement } from './model-db.ts'
import { builtin, entityNamed, type ModelAttribute, named } from './model-schema.ts'
import { Refused } from './refused.ts'

/** A new entity, or one that a unique value leads to. */
export class Tempid {
  constructor(readonly name: string) {}
}
/** The entity that has a unique value before the transaction. */
export class Lookup {
  constructor(
    readonly a: ModelAttribute,
    readonly v: unknown,
  ) {}
}
export type Who = number | Tempid | Lookup

export type ModelOp =
  | { readonly op: 'add'; readonly e: Who; readonly a: ModelAttribute; readonly v: unknown }
  | { readonly op: 'retract'; readonly e: Who; readonly a: ModelAttribute; readonly v: unknown }
  | { readonly op: 'retractEntity'; readonly e: Who }
  | { readonly op: 'cas'; readonly e: Who; readonly a: ModelAttribute; readonly old: unknown; readonly v: unknown }
  | { readonly op: 'inc'; readonly e: Who; readonly a: ModelAttribute; readonly by: number }
  | { readonly op: 'takeBack'; readonly increment: ModelIncrement }
  | { readonly op: 'find'; readonly wanted: boolean; readonly id: unknown }
  | { readonly op: 'call'; readonly name: string; readonly args: readonly unknown[] }

type Fields = Readonly<Record<string, unknown>>
const isMap = (x: unknown): x is Fields =>
  typeof x === 'object' && x !== null && Object.getPrototypeOf(x) === Object.prototype

const malformed = (message: string): Refused => new Refused('tx', message)

/** Flattens list and map forms into single demands. */
export class ModelForms {
  readonly ops: ModelOp[] = []
  /** Tempids about which something is said. */
  readonly described = new Set<string>()
  /** Whether the transaction speaks of itself. */
  namesTx = false
  /** Entities named by their ids. */
  readonly given = new Set<number>()
  private anonymous = 0

  constructor(
    private readonly db: ModelDb,
    private readonly tx: number,
  ) {}

  /** Reads all forms, so that everything that is wrong with them is known. */
  read(forms: readonly unknown[]): void {
    const wrong: Refused[] = []
    for (const form of forms) {
      try {
        this.form(form)
      } catch (e) {
        if (!(e instanceof Refused)) throw e
        wrong.push(e)
      }
    }
    const [first, ...others] = wrong
    if (first !== undefined)
      throw new Refused(first.area, first.message, [...first.others, ...others.flatMap((w) => w.areas)])
  }

  private form(form: unknown): void {
    if (Array.isArray(form)) this.list(form)
    else if (isMap(form)) this.map(form)
    else throw malformed('neither list nor map')
  }

  who(x: unknown): Who {
    if (typeof x === 'number') {
      if (!Number.isInteger(x) || x < 0 || x >= 2 ** 30) throw new Refused('entity', `${x} is no id`)
      this.given.add(x)
      return x
    }
    if (x === 'datomic.tx') {
      this.namesTx = true
      return this.tx
    }
    if (typeof x === 'string' && !x.startsWith(':')) return new Tempid(x)
    if (typeof x === 'string') {
      return identified(this.db, x)
    }
    if (Array.isArray(x) && x.length === 2 && typeof x[0] === 'string') {
      const a = named(this.db, x[0])
      if (a.unique === undefined) throw new Refused('entity', `${a.ident} is not unique`)
      return new Lookup(a, this.value(a, x[1]))
    }
    throw new Refused('entity', 'no entity')
  }

  private list(form: readonly unknown[]): void {
    const [op, e, a, v, w] = form
    const wants = (least: number, most = least): void => {
      if (form.length <= least || form.length > most + 1) throw malformed(`${op} has ${form.length - 1} arguments`)
    }
    switch (op) {
      case ':db/add':
        wants(3)
        this.say(e, a, v)
        return
      case ':db/retract': {
        wants(2, 3)
        const at = named(this.db, a)
        this.ops.push({ op: 'retract', e: this.who(e), a: at, v: v === undefined ? undefined : this.value(at, v) })
        return
      }
      case ':db/retractEntity':
        wants(1)
        this.ops.push({ op: 'retractEntity', e: this.who(e) })
        return
      case ':db/cas': {
        wants(4)
        const at = named(this.db, a)
        if (at.many) throw malformed('cas of many')
        const old = v === null ? undefined : this.value(at, v)
        this.ops.push({ op: 'cas', e: this.subject(e), a: at, old, v: this.value(at, w) })
        return
      }
      case ':db/inc': {
        wants(3)
        const at = named(this.db, a)
        if (at.many || !['long', 'double', 'bigint'].includes(at.type)) throw malformed('inc of no number')
        this.ops.push({ op: 'inc', e: this.subject(e), a: at, by: readScalar(at, v) as number })
        return
      }
      case ':db/require':
      case ':db/forbid':
        this.ops.push({ op: 'find', wanted: op === ':db/require', id: (a as unknown[])[0] })
        return
      default:
        if (typeof op !== 'string') throw malformed('an operation is a name')
        this.ops.push({ op: 'call', name: op, args: form.slice(1) })
    }
  }

  private add(e: Who, a: ModelAttribute, v: unknown): void {
    this.ops.push({ op: 'add', e: this.describe(e), a, v })
  }

  private subject(x: unknown): Who {
    return this.describe(this.who(x))
  }

  private describe(e: Who): Who {
    if (e instanceof Tempid) this.described.add(e.name)
    return e
  }

  private say(e: unknown, name: unknown, v: unknown): void {
    const reversed = forwardName(name)
    if (reversed !== undefined) return this.add(this.who(v), this.refNamed(reversed), this.who(e))
    const a = named(this.db, name)
    const entity = this.who(e)
    this.add(entity, a, a.type === 'ref' && isMap(v) ? this.map(v, a) : this.value(a, v))
  }

  /** Reads a map; `owner` is the attribute that it is nested under. */
  private map(form: Fields, owner?: ModelAttribute): Who {
    const id = form[':db/id']
    const facts = Object.entries(form).filter(([k]) => k !== ':db/id')
    const e = id === undefined ? new Tempid(`~${this.anonymous++}`) : this.who(id)
    if (facts.length === 0 && owner === undefined) throw malformed('an empty map')
    const found = facts.some(([k]) => forwardName(k) === undefined && named(this.db, k).unique !== undefined)
    if (owner !== undefined && !owner.component && id === undefined && !found) throw malformed('leads nowhere')
    for (const [key, value] of facts) {
      const reversed = forwardName(key)
      if (reversed === undefined) {
        const a = named(this.db, key)
        for (const v of this.several(a, value))
          this.add(e, a, a.type === 'ref' && isMap(v) ? this.map(v, a) : this.value(a, v))
        continue
      }
      const a = this.refNamed(reversed)
      for (const source of Array.isArray(value) && !this.isLookup(value) ? value : [value])
        this.add(isMap(source) ? this.map(source) : this.who(source), a, e)
    }
    return e
  }

  private several(a: ModelAttribute, value: unknown): readonly unknown[] {
    if (value === null || value === undefined) throw malformed('null')
    const one = !a.many || !Array.isArray(value) || (a.type === 'ref' && this.isLookup(value))
    return one ? [value] : value
  }

  private isLookup(x: readonly unknown[]): boolean {
    if (x.length !== 2 || typeof x[0] !== 'string') return false
    const id = entityNamed(this.db, x[0])
    return id !== undefined && this.db.values(id, builtin(this.db, ':db/unique')).length > 0
  }

  private refNamed(name: string): ModelAttribute {
    const a = named(this.db, name)
    if (a.type !== 'ref') throw malformed(`${name} is no ref`)
    return a
  }

  private value(a: ModelAttribute, v: unknown): unknown {
    if (v === null || v === undefined) throw malformed('null')
    if (a.type !== 'ref') return a.type === 'tuple' ? this.tuple(a, v) : readScalar(a, v)
    if (typeof v === 'boolean') throw new Refused('value', 'a boolean is no entity')
    return this.who(v)
  }

  private tuple(a: ModelAttribute, v: unknown): unknown {
    if (!Array.isArray(v)) throw new Refused('value', 'no tuple')
    const types = a.tupleTypes ?? a.tupleAttrs?.map((id) => named(this.db, this.db.values(id, 1)[0]).type)
    if (types !== undefined ? types.length !== v.length : v.length < 2 || v.length > 8)
      throw new Refused('value', 'too short or too long')
    return v.map((m, i) => {
      const type = types?.[i] ?? String(a.tupleType)
      if (m === null) return null
      return type === 'ref' && ['number', 'string'].includes(typeof m) ? this.who(m) : readScalar({ type }, m)
    })
  }
}

function identified(db: ModelDb, name: string): number {
  const id = entityNamed(db, name)
  if (id === undefined) throw new Refused('ident', `nobody is ${name}`, ['attribute']) // of a list, it may be a lookup ref's attribute
  return id
}

/** `:m/peer` of `:m/_peer`. */
const forwardName = (name: unknown): string | undefined =>
  String(name).includes('/_') ? String(name).replace('/_', '/') : undefined

const SCALARS: Readonly<Record<string, (v: unknown) => boolean>> = {
  string: (v) => typeof v === 'string',
  long: Number.isSafeInteger,
  double: (v) => typeof v === 'number' && !Number.isNaN(v),
  bigint: (v) => typeof v === 'bigint' || Number.isSafeInteger(v),
  boolean: (v) => typeof v === 'boolean',
  instant: (v) => v instanceof Date,
  keyword: (v) => typeof v === 'string' && v.startsWith(':'),
  symbol: (v) => typeof v === 'string',
  uuid: (v) => typeof v === 'string' && v.length === 36,
  ref: Number.isInteger,
}

function readScalar({ type }: { readonly type: string }, v: unknown): unknown {
  if (SCALARS[type]?.(v) !== true) throw new Refused('value', `${String(v)} is no ${type}`)
  return type === 'bigint' ? BigInt(v as number) : typeof v === 'number' ? v + 0 : v
}

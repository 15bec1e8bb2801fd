import { AnnalsError } from '../base/errors.ts'
import { isKeyword, isList, isSym } from '../datom/atoms.ts'
import { readEdnOne } from '../datom/edn-read.ts'
import { describe, readValue } from '../datom/read-value.ts'
import { type Attribute, withColon, withoutColon } from '../datom/schema.ts'
import type { Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import { attributeOf, memberTypes, readTuple } from '../db/entity.ts'
import { Lookup, type Names, Tempid, TupleForm } from './entity-form.ts'
import type { Op, ValueForm } from './op.ts'

/** Nested maps and results of functions may go this deep. */
const MAX_DEPTH = 64

const malformed = (message: string, data = {}): AnnalsError => new AnnalsError('tx/malformed', message, data)

/** Transaction data as a list of forms: EDN text is read, a list is taken as it is. Throws `tx/malformed`, `edn/…`. */
export function txForms(input: unknown): readonly unknown[] {
  const forms = typeof input === 'string' ? readEdnOne(input) : input
  if (isList(forms)) return forms.$list
  if (!Array.isArray(forms)) {
    throw malformed(`transaction data is a list of forms (or EDN text of one), got ${describe(forms)}`)
  }
  return forms
}

/** The entries of a map form, however the map is written; undefined when `x` is no map. */
export function entriesOf(x: unknown): [unknown, unknown][] | undefined {
  if (x instanceof Map) return [...x]
  if (typeof x !== 'object' || x === null || Array.isArray(x) || isKeyword(x) || isList(x)) return undefined
  const proto = Object.getPrototypeOf(x)
  return proto === Object.prototype || proto === null ? Object.entries(x) : undefined
}

export const nameOf = (x: unknown): string | undefined =>
  isKeyword(x) ? x.$kw : isSym(x) ? x.$sym : typeof x === 'string' && x !== '' ? x : undefined

/** Reads transaction data into elementary operations. Nothing is looked up but schema and idents. */
export class FormReader {
  readonly ops: Op[] = []

  constructor(
    private readonly db: Db,
    private readonly names: Names,
  ) {}

  /** Reads `forms`; `path` makes the names of new entities distinct and the same at every run. */
  read(forms: readonly unknown[], path: string, depth = 0): void {
    if (depth > MAX_DEPTH) throw malformed(`transaction data is nested deeper than ${MAX_DEPTH}`)
    for (let i = 0; i < forms.length; i++) this.form(forms[i], `${path}${i}`)
  }

  private form(form: unknown, path: string): void {
    const list = isList(form) ? form.$list : form
    if (Array.isArray(list)) {
      this.list(list, path)
      return
    }
    const entries = entriesOf(form)
    if (entries === undefined) {
      throw malformed(
        `a form is a list such as [':db/add', e, a, v] or a map such as {'inv/sku': 'SKU-1'}, got ${describe(form)}`,
      )
    }
    this.map(entries, path, undefined, 0)
  }

  private list(list: readonly unknown[], path: string): void {
    const name = nameOf(list[0])
    if (name === undefined)
      throw malformed(`a list form starts with an operation such as ':db/add', got ${describe(list[0])}`)
    const [, e, a, v, w] = list
    const want = (n: number | readonly [number, number], shape: string): void => {
      const [least, most] = typeof n === 'number' ? [n, n] : n
      if (list.length - 1 < least || list.length - 1 > most) {
        throw malformed(`${withColon(name)} is written ${shape}, got ${list.length - 1} arguments`, { operation: name })
      }
    }
    switch (withoutColon(name)) {
      case 'db/add': {
        want(3, '[:db/add entity attribute value]')
        this.add(e, a, v, path)
        return
      }
      case 'db/retract': {
        want([2, 3], '[:db/retract entity attribute value?]')
        const attribute = attributeOf(this.db.schema, a)
        const value = v === undefined || v === null ? undefined : this.value(attribute, v)
        this.ops.push({ op: 'retract', e: this.names.entity(e), a: attribute, v: value })
        return
      }
      case 'db/retractEntity':
      case 'db.fn/retractEntity': {
        want(1, '[:db/retractEntity entity]')
        this.ops.push({ op: 'retractEntity', e: this.names.entity(e) })
        return
      }
      case 'db/cas':
      case 'db.fn/cas': {
        want(4, '[:db/cas entity attribute old new]')
        const attribute = attributeOf(this.db.schema, a)
        if (attribute.many) {
          throw malformed(`:db/cas wants an attribute of cardinality one, and ${attribute.ident} is many`, {
            operation: name,
          })
        }
        const expected = v === undefined || v === null ? undefined : this.value(attribute, v)
        this.ops.push({ op: 'cas', e: this.names.entity(e), a: attribute, expected, v: this.value(attribute, w) })
        return
      }
      case 'db/inc': {
        want(3, '[:db/inc entity attribute amount]')
        this.inc(e, attributeOf(this.db.schema, a), v)
        return
      }
      case 'db/require':
      case 'db/forbid': {
        want([1, 2], `[${withColon(name)} query inputs?]`)
        if (a !== undefined && !Array.isArray(a))
          throw malformed(`${withColon(name)}: inputs are a list, got ${describe(a)}`)
        const op = withoutColon(name) === 'db/require' ? 'require' : 'forbid'
        this.ops.push({ op, query: e, inputs: (a as readonly unknown[] | undefined) ?? [] })
        return
      }
      default:
        this.ops.push({ op: 'call', name: withoutColon(name), args: list.slice(1), path: `${path}.` })
    }
  }

  private add(e: unknown, a: unknown, v: unknown, path: string): void {
    const reversed = reverseName(a)
    if (reversed !== undefined) {
      const attribute = this.refAttribute(reversed)
      const target = this.names.entity(v)
      if (target instanceof Tempid) target.described = true
      this.push(target, attribute, this.names.entity(e))
      return
    }
    const attribute = attributeOf(this.db.schema, a)
    const entity = this.names.entity(e)
    if (entity instanceof Tempid) entity.described = true
    const nested = attribute.type === 'ref' ? entriesOf(v) : undefined
    if (nested !== undefined) this.push(entity, attribute, this.nested(attribute, nested, `${path}.0`, 1))
    else this.push(entity, attribute, this.value(attribute, v))
  }

  private push(e: ValueForm, a: Attribute, v: ValueForm | number): void {
    this.ops.push({ op: 'add', e: e as number, a, v })
  }

  private inc(e: unknown, a: Attribute, amount: unknown): void {
    const numeric = a.type === 'long' || a.type === 'double' || a.type === 'bigint'
    if (!numeric || a.many) {
      throw malformed(
        `:db/inc wants a number attribute of cardinality one, and ${a.ident} is ${a.many ? 'many ' : ''}${a.type}`,
      )
    }
    this.ops.push({
      op: 'inc',
      e: this.names.entity(e),
      a,
      delta: readValue(a.type, amount, a.ident) as number | bigint,
    })
  }

  /** Reads a map form; `owner` is the component attribute it hangs on. Returns its entity. */
  private map(
    entries: [unknown, unknown][],
    path: string,
    owner: Attribute | undefined,
    depth: number,
  ): ValueForm | number {
    if (depth > MAX_DEPTH) throw malformed(`transaction data is nested deeper than ${MAX_DEPTH}`)
    const id = entries.find(([k]) => isDbId(k))
    const entity = id === undefined ? this.names.tempid(`~${path}`, false) : this.names.entity(id[1])
    const facts = entries.filter(([k]) => !isDbId(k))
    if (facts.length === 0 && owner === undefined) throw malformed('a map form says nothing: give it an attribute')
    let identified = id !== undefined || owner === undefined || owner.component
    let place = 0
    for (const [key, value] of facts) {
      const reversed = reverseName(key)
      if (reversed !== undefined) {
        this.reverse(reversed, value, entity, `${path}.${place++}`)
        continue
      }
      const attribute = attributeOf(this.db.schema, key)
      identified ||= attribute.unique !== undefined
      if (entity instanceof Tempid) entity.described = true
      for (const v of this.valuesIn(attribute, value)) {
        const nested = attribute.type === 'ref' ? entriesOf(v) : undefined
        this.push(
          entity,
          attribute,
          nested === undefined
            ? this.value(attribute, v)
            : this.nested(attribute, nested, `${path}.${place++}`, depth + 1),
        )
      }
    }
    if (!identified) {
      throw new AnnalsError(
        'tx/nested-without-identity',
        `a map nested under ${owner?.ident} needs a unique attribute or a 'db/id', because ${owner?.ident} is not a component: nothing else would lead to the new entity`,
        { attribute: owner?.ident },
      )
    }
    return entity
  }

  private nested(owner: Attribute, entries: [unknown, unknown][], path: string, depth: number): ValueForm | number {
    return this.map(entries, path, owner, depth)
  }

  private reverse(name: string, value: unknown, target: ValueForm | number, path: string): void {
    const attribute = this.refAttribute(name)
    const sources =
      Array.isArray(value) && !this.names.isLookup(value) ? value : value instanceof Set ? [...value] : [value]
    sources.forEach((source, i) => {
      const nested = entriesOf(source)
      const e = nested === undefined ? this.names.entity(source) : this.map(nested, `${path}.${i}`, undefined, 1)
      if (e instanceof Tempid) e.described = true
      this.push(e as ValueForm, attribute, target)
    })
  }

  private refAttribute(name: string): Attribute {
    const attribute = attributeOf(this.db.schema, name)
    if (attribute.type === 'ref') return attribute
    throw malformed(`a reverse attribute needs a ref, and ${attribute.ident} is ${attribute.type}`, { attribute: name })
  }

  /** The values that a map gives for an attribute: several only where it has many. */
  private valuesIn(a: Attribute, value: unknown): readonly unknown[] {
    if (value === null || value === undefined) {
      throw malformed(`${a.ident}: null is not a value; leave the attribute out, or retract it`, { attribute: a.ident })
    }
    if (!a.many) return [value]
    if (value instanceof Set) return [...value]
    if (!Array.isArray(value)) return [value]
    if (a.type === 'ref' && this.names.isLookup(value)) return [value]
    if (a.type === 'tuple' && !Array.isArray(value[0])) return [value]
    return value
  }

  /** Reads one value of an attribute. Throws `value/…`, `ident/unknown`, `entity/bad-id`. */
  private value(a: Attribute, v: unknown): ValueForm | number {
    if (v === null || v === undefined) throw malformed(`${a.ident}: null is not a value`, { attribute: a.ident })
    if (a.type === 'ref') {
      if (typeof v === 'number' || typeof v === 'string' || typeof v === 'object') return this.names.entity(v)
      return readValue('ref', v, a.ident) as number
    }
    if (a.type === 'tuple') return this.tuple(a, v)
    return readValue(a.type, v, a.ident)
  }

  private tuple(a: Attribute, v: unknown): ValueForm {
    const read = (members: unknown): Value => readTuple(this.db.schema, a, members)
    if (!Array.isArray(v)) return read(v)
    const types = memberTypes(this.db.schema, a)
    const isName = (m: unknown): boolean => typeof m === 'string' || isKeyword(m) || Array.isArray(m)
    const members = v.map((m, i) => {
      const isRef = (types === undefined ? a.tupleType : types[i]) === 'ref'
      return isRef && isName(m) ? this.names.entity(m) : m
    })
    return members.some((m) => m instanceof Tempid || m instanceof Lookup)
      ? new TupleForm(members, read)
      : read(members)
  }
}

const isDbId = (key: unknown): boolean => {
  const name = nameOf(key)
  return name === 'db/id' || name === ':db/id'
}

/** `:inv/color` for `:inv/_color`; undefined for a forward name. */
function reverseName(key: unknown): string | undefined {
  const name = nameOf(key)
  if (name === undefined) return undefined
  const m = /^(:?(?:[^/]+\/)?)_(.+)$/.exec(name)
  return m === null ? undefined : withColon(`${m[1]}${m[2]}`)
}

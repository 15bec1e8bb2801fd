import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import { unlisted } from '../datom/atoms.ts'
import { Builtin } from '../datom/builtin.ts'
import { describe, readValue } from '../datom/read-value.ts'
import { type Attribute, withoutColon } from '../datom/schema.ts'
import type { Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import { attributeOf, nameMembers, readTuple } from '../db/entity.ts'
import { type EntityForm, Lookup, type Names, Tempid, TupleForm } from './entity-form.ts'
import { entriesOf, isMap, isRecord } from './map-form.ts'
import { isDbId, nameOf, reverseName } from './map-key.ts'
import { type MapShape, MapShapes } from './map-shape.ts'
import type { Op, ValueForm } from './op.ts'

/** Nested maps and results of functions may go this deep. */
const MAX_DEPTH = 64

const malformed = (message: string, data = {}): AnnalsError => new AnnalsError('tx/malformed', message, data)

function checkDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw malformed(`transaction data is nested deeper than ${MAX_DEPTH}`)
}

/** Reads transaction data into elementary operations. Nothing is looked up but schema and idents. */
export class FormReader {
  readonly ops: Op[] = []
  readonly #shapes: MapShapes

  constructor(
    private readonly db: Db,
    private readonly names: Names,
  ) {
    this.#shapes = new MapShapes(db.schema)
  }

  /** Reads `forms`; `path` makes the names of new entities distinct and the same at every run. */
  read(forms: readonly unknown[], path: string, depth = 0): void {
    checkDepth(depth)
    try {
      for (let i = 0; i < forms.length; i++) this.#form(forms[i], `${path}${i}`)
    } catch (cause) {
      if (isAnnalsError(cause)) throw cause
      throw new AnnalsError('tx/malformed', `transaction data cannot be read: ${cause}`, {}, { cause }) // by a getter, a proxy
    }
  }

  #form(form: unknown, path: string): void {
    if (this.#description(form, path, undefined, 0) !== undefined) return
    const list = unlisted(form)
    if (Array.isArray(list)) {
      this.#list(list, path)
      return
    }
    if (!isMap(form)) {
      throw malformed(
        `a form is a list such as [':db/add', e, a, v] or a map such as {'inv/sku': 'SKU-1'}, got ${describe(form)}`,
      )
    }
    this.#map(form, path, undefined, 0)
  }

  #list(list: readonly unknown[], path: string): void {
    const name = nameOf(list[0])
    if (name === undefined)
      throw malformed(`a list form starts with an operation such as ':db/add', got ${describe(list[0])}`)
    const [, e, a, v, w] = list
    const operation = withoutColon(name)
    const given = list.length - 1
    const want = (shape: string, least: number, most = least): void => {
      if (given < least || given > most)
        throw malformed(`:${operation} is written ${shape}, got ${given} arguments`, { operation })
    }
    switch (operation) {
      case 'db/add': {
        want('[:db/add entity attribute value]', 3)
        this.#add(e, a, v, path)
        return
      }
      case 'db/retract': {
        want('[:db/retract entity attribute value?]', 2, 3)
        const attribute = attributeOf(this.db.schema, a)
        const value = v === undefined || v === null ? undefined : this.#value(attribute, v)
        this.ops.push({ op: 'retract', e: this.names.entity(e), a: attribute, v: value })
        return
      }
      case 'db/retractEntity':
      case 'db.fn/retractEntity': {
        want('[:db/retractEntity entity]', 1)
        this.ops.push({ op: 'retractEntity', e: this.names.entity(e) })
        return
      }
      case 'db/cas':
      case 'db.fn/cas': {
        want('[:db/cas entity attribute old new]', 4)
        const attribute = attributeOf(this.db.schema, a)
        if (attribute.many) {
          throw malformed(`:db/cas wants an attribute of cardinality one, and ${attribute.ident} is many`)
        }
        const expected = v === undefined || v === null ? undefined : this.#value(attribute, v)
        this.ops.push({ op: 'cas', e: this.#subject(e), a: attribute, expected, v: this.#value(attribute, w) })
        return
      }
      case 'db/inc': {
        want('[:db/inc entity attribute amount]', 3)
        this.#inc(e, attributeOf(this.db.schema, a), v)
        return
      }
      case 'db/require':
      case 'db/forbid': {
        want(`[:${operation} query inputs?]`, 1, 2)
        if (a !== undefined && !Array.isArray(a))
          throw malformed(`:${operation}: inputs are a list, got ${describe(a)}`)
        this.ops.push({
          op: operation === 'db/require' ? 'require' : 'forbid',
          query: e,
          inputs: (a as readonly unknown[] | undefined) ?? [],
        })
        return
      }
      default:
        this.ops.push({ op: 'call', name: operation, args: list.slice(1), path: `${path}.` })
    }
  }

  #add(e: unknown, a: unknown, v: unknown, path: string): void {
    const reversed = reverseName(a)
    if (reversed !== undefined) {
      const attribute = this.#refAttribute(reversed)
      this.#push(this.#subject(v), attribute, this.names.entity(e))
      return
    }
    const attribute = attributeOf(this.db.schema, a)
    const entity = this.#subject(e)
    this.#push(
      entity,
      attribute,
      isNested(attribute, v) ? this.#map(v, `${path}.0`, attribute, 1) : this.#value(attribute, v),
    )
  }

  #push(e: ValueForm, a: Attribute, v: ValueForm | number): void {
    this.ops.push({ op: 'add', e: e as number, a, v })
  }

  /** An entity that something is said about. */
  #subject(form: unknown): EntityForm {
    return said(this.names.entity(form))
  }

  #inc(e: unknown, a: Attribute, amount: unknown): void {
    const numeric = a.type === 'long' || a.type === 'double' || a.type === 'bigint'
    if (!numeric || a.many) {
      throw malformed(
        `:db/inc wants a number attribute of cardinality one, and ${a.ident} is ${a.many ? 'many ' : ''}${a.type}`,
      )
    }
    this.ops.push({
      op: 'inc',
      e: this.#subject(e),
      a,
      delta: readValue(a.type, amount, a.ident) as number | bigint,
    })
  }

  /** Reads a map form; `owner` is the ref attribute whose value it is. Returns its entity. */
  #map(map: unknown, path: string, owner: Attribute | undefined, depth: number): ValueForm {
    checkDepth(depth)
    return this.#description(map, path, owner, depth) ?? this.#anyMap(entriesOf(map) ?? [], path, owner, depth)
  }

  /** Reads a map that says no more than a {@link MapShape} does; undefined where `map` is none such. */
  #description(map: unknown, path: string, owner: Attribute | undefined, depth: number): Tempid | undefined {
    const shape = isRecord(map) ? this.#shapes.of(Object.keys(map)) : undefined
    return shape && this.#readDescription(map as Readonly<Record<string, unknown>>, shape, path, owner, depth)
  }

  #readDescription(
    map: Readonly<Record<string, unknown>>,
    shape: MapShape,
    path: string,
    owner: Attribute | undefined,
    depth: number,
  ): Tempid {
    const { keys, attributes } = shape
    const entity = this.names.unnamed(path)
    entity.described = true
    const values: ValueForm[] = []
    this.ops.push({ op: 'describe', e: entity, shape, values })
    let place = 0
    for (let i = 0; i < keys.length; i++) {
      const a = attributes[i] as Attribute
      const v = map[keys[i] as string]
      values.push(isNested(a, v) ? this.#map(v, `${path}.${place++}`, a, depth + 1) : this.#value(a, v))
    }
    if (owner !== undefined && !owner.component && !shape.isUnique) throw unidentified(owner)
    return entity
  }

  #anyMap(entries: [unknown, unknown][], path: string, owner: Attribute | undefined, depth: number): ValueForm {
    const [id, second] = entries.filter(([k]) => isDbId(k))
    if (second !== undefined) throw malformed("a map has one 'db/id', not two")
    const entity = id === undefined ? this.names.unnamed(path) : this.names.entity(id[1])
    const facts = entries.filter(([k]) => !isDbId(k))
    if (facts.length === 0 && owner === undefined) throw malformed('a map form says nothing: give it an attribute')
    let identified = id !== undefined || owner === undefined || owner.component
    let place = 0
    for (const [key, value] of facts) {
      const reversed = reverseName(key)
      if (reversed !== undefined) {
        this.#reverse(reversed, value, entity, `${path}.${place++}`)
        continue
      }
      const attribute = attributeOf(this.db.schema, key)
      identified ||= attribute.unique !== undefined
      for (const v of this.#valuesIn(attribute, value)) {
        said(entity)
        const nested = isNested(attribute, v)
        const read = nested ? this.#map(v, `${path}.${place++}`, attribute, depth + 1) : this.#value(attribute, v)
        this.#push(entity, attribute, read)
      }
    }
    if (!identified) throw unidentified(owner)
    return entity
  }

  #reverse(name: string, given: unknown, target: ValueForm | number, path: string): void {
    const attribute = this.#refAttribute(name)
    const value = unlisted(given)
    const sources =
      Array.isArray(value) && !this.names.isLookup(value) ? value : value instanceof Set ? [...value] : [value]
    sources.forEach((source, i) => {
      const e = isMap(source) ? this.#map(source, `${path}.${i}`, undefined, 1) : this.names.entity(source)
      if (e instanceof Tempid) e.shared = true
      this.#push(said(e), attribute, target)
    })
  }

  #refAttribute(name: string): Attribute {
    const attribute = attributeOf(this.db.schema, name)
    if (attribute.type === 'ref') return attribute
    throw malformed(`a reverse attribute needs a ref, and ${attribute.ident} is ${attribute.type}`, { attribute: name })
  }

  /** The values that a map gives for an attribute: several only where it has many. */
  #valuesIn(a: Attribute, given: unknown): readonly unknown[] {
    if (!a.many) return [given]
    const value = unlisted(given)
    if (value instanceof Set) return [...value]
    if (!Array.isArray(value)) return [value]
    if (a.type === 'ref' && this.names.isLookup(value)) return [value]
    if (a.type === 'tuple' && !Array.isArray(unlisted(value[0]))) return [value]
    return value
  }

  /** Reads one value of an attribute. Throws `value/…`, `ident/unknown`, `entity/bad-id`. */
  #value(a: Attribute, v: unknown): ValueForm | number {
    if (v === null || v === undefined)
      throw malformed(`${a.ident}: null is not a value; leave it out, or retract it`, { attribute: a.ident })
    if (a.type === 'ref') {
      if (typeof v === 'number' || typeof v === 'string' || typeof v === 'object') return this.names.entity(v)
      return readValue('ref', v, a.ident) as number
    }
    if (a.type === 'tuple') return this.#tuple(a, v)
    return readValue(a.type, v, a.ident)
  }

  #tuple(a: Attribute, v: unknown): ValueForm {
    const read = (members: unknown): Value => readTuple(this.db.schema, a, members)
    const joins = a.id === Builtin.tupleAttrs
    const members = nameMembers(this.db.schema, a, v, (m) => (joins && this.#newMember(m)) || this.names.entity(m))
    return members.some((m) => m instanceof Tempid || m instanceof Lookup)
      ? new TupleForm(members, read)
      : read(members)
  }

  /** An attribute that a composite joins and the same transaction installs; undefined for others. */
  #newMember(form: unknown): Tempid | undefined {
    const member = this.names.newIdent(form)
    if (member !== undefined) {
      const ident = attributeOf(this.db.schema, Builtin.ident)
      this.#push(member, ident, readValue('keyword', member.name, ident.ident)) // finds the entity that is given it
    }
    return member
  }
}

function said<E>(entity: E): E {
  if (entity instanceof Tempid) entity.described = true
  return entity
}

/** Whether a value is a map that describes the entity which it stands for. */
const isNested = (a: Attribute, v: unknown): boolean => a.type === 'ref' && isMap(v)

const unidentified = (owner: Attribute | undefined): AnnalsError =>
  new AnnalsError(
    'tx/nested-without-identity',
    `a map nested under ${owner?.ident} needs a unique attribute or a 'db/id', because that is no component: nothing else would lead to the new entity`,
    { attribute: owner?.ident },
  )

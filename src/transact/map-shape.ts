import { Builtin } from '../datom/builtin.ts'
import type { Attribute, Schema } from '../datom/schema.ts'
import { attributeOf } from '../db/entity.ts'
import { isDbId, reverseName } from './map-key.ts'

/** What maps with the same keys have in common, where each says one value of its own for each of its attributes. */
export interface MapShape {
  readonly keys: readonly string[]
  /** By key. */
  readonly attributes: readonly Attribute[]
  /** Whether one of them is unique. */
  readonly isUnique: boolean
  /** Places of those that identify an entity. */
  readonly identities: readonly number[]
  /** The places in the order of the attributes' ids, which is that of the index by entity. */
  readonly order: readonly number[]
}

/** Knows the shapes of maps: what a thousand maps have in common is read once. */
export class MapShapes {
  readonly #known = new Map<string, MapShape | undefined>()
  #last: MapShape | undefined

  constructor(private readonly schema: Schema) {}

  /**
   * undefined for keys that say more: who the entity is, what points at it, several values, or parts of a tuple. Throws
   * `attribute/unknown`.
   */
  of(keys: readonly string[]): MapShape | undefined {
    if (this.#last !== undefined && sameKeys(this.#last.keys, keys)) return this.#last
    const name = keys.join('\n')
    if (!this.#known.has(name)) this.#known.set(name, this.#read(keys))
    const shape = this.#known.get(name)
    this.#last = shape ?? this.#last
    return shape
  }

  #read(keys: readonly string[]): MapShape | undefined {
    if (keys.length === 0 || keys.some((key) => saysMore(key))) return undefined
    const attributes = keys.map((key) => attributeOf(this.schema, key))
    if (!attributes.every((a) => this.#isPlain(a)) || new Set(attributes).size < keys.length) return undefined
    const places = [...keys.keys()]
    const at = (place: number): Attribute => attributes[place] as Attribute
    return {
      keys,
      attributes,
      isUnique: attributes.some((a) => a.unique !== undefined),
      identities: places.filter((place) => at(place).unique === 'identity'),
      order: places.toSorted((x, y) => at(x).id - at(y).id),
    }
  }

  #isPlain(a: Attribute): boolean {
    return !a.many && a.tupleAttrs === undefined && !this.schema.composites.has(a.id) && a.id !== Builtin.ensure
  }
}

/** Whether a key is no attribute of the entity, or the object that has it no map: a keyword, a list. */
const saysMore = (key: string): boolean => key.startsWith('$') || isDbId(key) || reverseName(key) !== undefined

function sameKeys(x: readonly string[], y: readonly string[]): boolean {
  if (x.length !== y.length) return false
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false
  return true
}

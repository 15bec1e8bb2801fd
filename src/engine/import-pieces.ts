import { type ChunkSize, ImportChunk } from '../base/import-chunk.ts'
import { isKeyword } from '../datom/atoms.ts'
import { findAttribute, type Schema } from '../datom/schema.ts'
import { isRecord } from '../transact/map-form.ts'

/** Elements that are one transaction: one that stands alone, or several maps. */
export interface Piece {
  readonly first: number
  readonly elements: readonly unknown[]
}

/** Joins neighbours that cannot tell whether they share a transaction, up to `most`. `schema`: that before the first element. */
export function piecesOf(elements: readonly unknown[], most: ChunkSize | undefined, schema: Schema): Piece[] {
  const pieces: Piece[] = []
  const names = new UniqueNames(schema)
  let shared = new ImportChunk(most)
  let moves = false
  const cut = (end: number): void => {
    const { length } = shared.elements
    if (length > 0) pieces.push({ first: end - length, elements: shared.elements })
    shared = new ImportChunk(most)
    moves = false
  }
  for (const [i, element] of elements.entries()) {
    const isShared = mayShare(element)
    if (!isShared || shared.isFull || (moves && names.areAskedIn(element))) cut(i)
    shared.add(element)
    moves ||= isShared && names.mayMoveIn(element)
    if (isShared) continue
    cut(i + 1)
    names.areKnown = false // it may have been about the schema
  }
  cut(elements.length)
  return pieces
}

/**
 * Which unique values elements ask for by lookup ref, and which they may take away. A lookup ref is resolved before the whole
 * transaction, so that it must not share one with an element before it that takes away what it names.
 */
class UniqueNames {
  /** Otherwise every attribute may be unique. */
  areKnown = true
  readonly #known = new Map<string, boolean>()

  constructor(private readonly schema: Schema) {}

  /** Whether a map may give an entity that exists another unique value: it says one, and finds the entity by another. */
  mayMoveIn(x: unknown): boolean {
    if (Array.isArray(x)) return x.some((item) => this.mayMoveIn(item))
    if (!isRecord(x)) return false
    let names = 0
    for (const key in x) {
      if (this.#decides(key)) names++
      const value = x[key]
      if (typeof value === 'object' && this.mayMoveIn(value)) return true
    }
    return names > 1
  }

  /** Whether a lookup ref is among the values. */
  areAskedIn(x: unknown): boolean {
    if (Array.isArray(x)) return this.#isLookup(x) || x.some((item) => this.areAskedIn(item))
    if (!isRecord(x)) return false
    for (const key in x) if (typeof x[key] === 'object' && this.areAskedIn(x[key])) return true
    return false
  }

  #isLookup([name, ...rest]: readonly unknown[]): boolean {
    const text = isKeyword(name) ? name.$kw : name
    return rest.length === 1 && typeof text === 'string' && this.#decides(text)
  }

  /** Whether a unique value is, or is made of, what the attribute says. */
  #decides(name: string): boolean {
    if (!this.areKnown) return true
    let known = this.#known.get(name)
    if (known === undefined) {
      known = this.#isUniqueIn(name)
      this.#known.set(name, known)
    }
    return known
  }

  #isUniqueIn(name: string): boolean {
    const attribute = findAttribute(this.schema, name)
    if (attribute === undefined) return false
    const { unique, id } = attribute
    return unique !== undefined || (this.schema.composites.get(id) ?? []).some((tuple) => tuple.unique !== undefined)
  }
}

/**
 * Whether it makes no difference to an element what else is said in its transaction: a map, of maps, that asserts facts of
 * attributes which the application made. Whatever names an entity by tempid, speaks of schema, the transaction itself or a spec
 * has a key of `db/…`.
 */
export function mayShare(element: unknown): boolean {
  if (!isRecord(element)) return false
  for (const key in element) {
    if (!isOrdinary(key)) return false
    const value = element[key]
    if (typeof value === 'object' && value !== null && !isOwnMatter(value)) return false
  }
  return true
}

const isOrdinary = (key: string): boolean =>
  !key.startsWith('db/') &&
  !key.startsWith(':db/') &&
  !key.startsWith('db.') &&
  !key.startsWith(':db.') &&
  key[0] !== '$'

/** Whether a value is data, or maps of which the same holds. */
function isOwnMatter(value: object): boolean {
  if (Array.isArray(value)) return value.every((x) => typeof x !== 'object' || x === null || isOwnMatter(x))
  return value instanceof Date || value instanceof Uint8Array || mayShare(value)
}

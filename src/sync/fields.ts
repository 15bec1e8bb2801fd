import { AnnalsError } from '../base/errors.ts'
import { isEntityId } from '../datom/ids.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
/** The range of Date. */
const MAX_INSTANT_MS = 8.64e15

/** Reads a message field by field; whatever is not as it should be is `sync/malformed`, naming the field. */
export class Fields {
  readonly #x: Readonly<Record<string, unknown>>

  constructor(
    x: unknown,
    private readonly what: string,
  ) {
    if (typeof x !== 'object' || x === null || Array.isArray(x)) {
      throw new AnnalsError('sync/malformed', `a ${what} is a map of fields`)
    }
    this.#x = x as Readonly<Record<string, unknown>>
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#x, name)
  }

  /** A whole number from 0. */
  count(name: string): number {
    const x = this.#get(name)
    return typeof x === 'number' && Number.isSafeInteger(x) && x >= 0 ? x : this.refuse(name, 'a whole number from 0')
  }

  instant(name: string): number {
    const x = this.#get(name)
    const fits = typeof x === 'number' && Number.isInteger(x) && Math.abs(x) <= MAX_INSTANT_MS
    return fits ? x : this.refuse(name, 'milliseconds since 1970')
  }

  text(name: string, maxLength: number): string {
    const x = this.#get(name)
    return typeof x === 'string' && x.length <= maxLength
      ? x
      : this.refuse(name, `a text of at most ${maxLength} characters`)
  }

  uuid(name: string): string {
    const x = this.#get(name)
    return typeof x === 'string' && UUID.test(x) ? x : this.refuse(name, 'a uuid in lower case')
  }

  oneOf<T extends string>(name: string, options: readonly T[]): T {
    const x = this.#get(name)
    return options.find((option) => option === x) ?? this.refuse(name, options.join(' or '))
  }

  bytes(name: string, maxLength: number): Uint8Array {
    const x = this.#get(name)
    return x instanceof Uint8Array && x.length <= maxLength ? x : this.refuse(name, `at most ${maxLength} bytes`)
  }

  list<T>(name: string, maxLength: number, read: (item: unknown) => T): T[] {
    const x = this.#get(name)
    if (!Array.isArray(x) || x.length > maxLength) return this.refuse(name, `a list of at most ${maxLength}`)
    return x.map(read)
  }

  /** What `read` reads, where the field is there. */
  maybe<N extends string, T>(name: N, read: (name: N) => T): { [K in N]?: T } {
    return (this.has(name) ? { [name]: read(name) } : {}) as { [K in N]?: T }
  }

  /** A list of pairs. */
  pairs<A, B>(
    name: string,
    maxLength: number,
    isFirst: (x: unknown) => x is A,
    isSecond: (x: unknown) => x is B,
  ): (readonly [A, B])[] {
    return this.list(name, maxLength, (item) => {
      if (!Array.isArray(item) || item.length !== 2) return this.refuse(name, 'a list of pairs')
      const [first, second] = item as [unknown, unknown]
      return isFirst(first) && isSecond(second)
        ? ([first, second] as const)
        : this.refuse(name, 'a list of pairs of the right kind')
    })
  }

  fields(name: string): Fields {
    return new Fields(this.#get(name), `${this.what}'s ${name}`)
  }

  /** A map of anything. */
  facts(name: string): Readonly<Record<string, unknown>> {
    return this.fields(name).#x
  }

  refuse(name: string, wanted: string): never {
    throw new AnnalsError('sync/malformed', `a ${this.what}'s ${name} should be ${wanted}`, { field: name })
  }

  #get(name: string): unknown {
    return this.has(name) ? this.#x[name] : undefined
  }
}

export const isUuid = (x: unknown): x is string => typeof x === 'string' && UUID.test(x)
export const isId = (x: unknown): x is number => isEntityId(x)
export const isText = (x: unknown): x is string => typeof x === 'string' && x.length <= 1_000_000

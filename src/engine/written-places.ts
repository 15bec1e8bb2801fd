import type { TxData } from '../datom/tx-data.ts'
import type { Value } from '../datom/value.ts'
import type { Db, ReadLog } from '../db/db.ts'
import type { Index, Place } from '../db/index-order.ts'
import { isSchemaAttribute } from '../db/schema-at.ts'
import { ByValue } from '../transact/by-value.ts'

/** Where facts were said, so that it can be told whether what is read has them. */
export class WrittenPlaces {
  readonly #entities = new Set<number>()
  readonly #attributes = new Set<number>()
  readonly #values = new ByValue<true>()
  readonly #targets = new Set<Value>()
  /** Whether the schema, which is read everywhere and by no scan, may have changed. */
  hasSchema = false

  add({ length, e, a, v }: TxData): void {
    for (let i = 0; i < length; i++) {
      const attribute = a[i] as number
      this.#entities.add(e[i] as number)
      this.#attributes.add(attribute)
      this.#values.set(attribute, v[i] as Value, true)
      this.#targets.add(v[i] as Value)
      this.hasSchema ||= isSchemaAttribute(attribute)
    }
  }

  /** Whether facts between two places of an index may be among what was said. */
  meet(index: Index, from: Place, to: Place): boolean {
    const { e, a, v } = from
    if (index === 'vaet' && from === to && v !== undefined) return this.#targets.has(v)
    if (e !== undefined && e === to.e) return this.#entities.has(e)
    if (a === undefined || a !== to.a) return true
    return from === to && v !== undefined ? this.#values.get(a, v) !== undefined : this.#attributes.has(a)
  }
}

/** Notes what is read of a value that lacks some transactions: what they say, nobody may have looked for. */
export class Lack implements ReadLog {
  /** Whether something was asked that cannot be answered without them. */
  private isFelt = false
  private readonly places: [Index, Place, Place][] = []

  constructor(readonly db: Db) {}

  note(...place: [Index, Place, Place]): void {
    this.places.push(place)
  }

  /** To be called where a transaction asks what cannot be answered without them. */
  feel(): void {
    this.isFelt = true
  }

  /** Where a transaction says itself when it was, `own`: those that are lacking were at `latest`, and it may not have been before. */
  follows(latest: number, own: number): void {
    this.isFelt ||= own < latest
  }

  /** Whether what was read is the same with what was said at `written`. */
  allows(written: WrittenPlaces): boolean {
    return !this.isFelt && !written.hasSchema && !this.places.some((place) => written.meet(...place))
  }
}

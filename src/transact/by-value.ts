import { unifyKey, type Value } from '../datom/value.ts'

/** Something for each value of each attribute; values that unify are one. */
export class ByValue<T> {
  readonly #all = new Map<number, Map<Value, T>>()

  get(a: number, v: Value): T | undefined {
    return this.#all.get(a)?.get(unifyKey(v))
  }

  set(a: number, v: Value, x: T): void {
    let ofAttribute = this.#all.get(a)
    if (ofAttribute === undefined) {
      ofAttribute = new Map()
      this.#all.set(a, ofAttribute)
    }
    ofAttribute.set(unifyKey(v), x)
  }
}

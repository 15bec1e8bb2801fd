import { type Edn, isKeyword, isList, isLiteral, isSym } from './atoms.ts'

/**
 * Numbers forms so that two forms get one number exactly when they are equal as EDN (sets and maps in any order): what
 * finding a duplicate key needs. Parts are numbered once, so the work is linear in the size of the forms.
 */
export class EdnKeys {
  readonly #byText = new Map<string, number>()
  readonly #byForm = new Map<object, number>()

  /** Requires: `form` was read by one reader, so its depth is bounded. */
  keyOf(form: Edn): number {
    if (typeof form !== 'object' || form === null) return this.#number(`${typeof form} ${String(form)}`)
    const known = this.#byForm.get(form)
    if (known !== undefined) return known
    const key = this.#number(this.#textOf(form))
    this.#byForm.set(form, key)
    return key
  }

  #number(text: string): number {
    const known = this.#byText.get(text)
    if (known !== undefined) return known
    const key = this.#byText.size
    this.#byText.set(text, key)
    return key
  }

  #textOf(form: object & Edn): string {
    if (form instanceof Date) return `instant ${form.getTime()}`
    if (isKeyword(form)) return `keyword ${form.$kw}`
    if (isSym(form)) return `symbol ${form.$sym}`
    if (isLiteral(form)) return `literal ${form.$type} ${String(form.$lit)}`
    const keys = (items: Iterable<Edn>): number[] => Array.from(items, (item) => this.keyOf(item))
    if (isList(form)) return `sequence ${keys(form.$list).join(' ')}`
    if (form instanceof Set)
      return `set ${keys(form)
        .sort((x, y) => x - y)
        .join(' ')}`
    if (form instanceof Map) {
      const pairs = Array.from(form as ReadonlyMap<Edn, Edn>, ([k, v]) => `${this.keyOf(k)} ${this.keyOf(v)}`)
      return `map ${pairs.sort().join(',')}`
    }
    return `sequence ${keys(form as readonly Edn[]).join(' ')}`
  }
}

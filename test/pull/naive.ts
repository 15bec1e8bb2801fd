/** A model of pull that knows nothing of indexes, levels or plans: it looks through all facts at every step. */

export interface NaiveAttribute {
  readonly name: string
  readonly many: boolean
  readonly ref: boolean
  readonly component: boolean
}
export interface NaiveFact {
  readonly e: number
  readonly a: string
  readonly v: number
}
interface Options {
  readonly as?: string
  readonly limit?: number | null
  readonly default?: unknown
  readonly xform?: 'wrap'
  readonly pull?: NaivePattern | number | '...'
}
export type NaiveElement =
  | '*'
  | string
  | readonly [string, Options]
  | { readonly [name: string]: NaivePattern | number | '...' }
export type NaivePattern = readonly NaiveElement[]
type Answer = Record<string, unknown>

/** The xform `wrap`. */
export const wrap = (x: unknown): unknown => ({ wrapped: x })

interface Asked extends Options {
  readonly name: string
}

/** `attributes` in the order of their ids; `facts` are those that hold. */
export class NaivePull {
  constructor(
    private readonly attributes: readonly NaiveAttribute[],
    private readonly facts: readonly NaiveFact[],
  ) {}

  /** As `pullMany` without `known`. */
  top(pattern: NaivePattern, id: number): Answer | undefined {
    const answer = this.entity(pattern, id, [id], {})
    const hollow = new Set(this.asked(pattern).flatMap((x) => (x.name === 'db/id' ? [x.as ?? x.name] : [])))
    const defaults = this.asked(pattern).filter((x) => this.missing(x, id, pattern))
    for (const x of defaults) hollow.add(x.as ?? x.name)
    if (pattern.includes('*')) hollow.add('db/id')
    const says = Object.keys(answer ?? {}).some((k) => !hollow.has(k))
    return says || this.facts.some((f) => f.e === id) ? answer : undefined
  }

  private missing(x: Asked, id: number, pattern: NaivePattern): boolean {
    if (x.default === undefined && x.xform === undefined) return false
    const { default: _, xform: _x, ...bare } = x
    return this.answer(bare, id, pattern, [id], {}) === undefined
  }

  private entity(
    pattern: NaivePattern,
    id: number,
    way: readonly number[],
    taken: Record<string, number>,
  ): Answer | undefined {
    const out: Answer = {}
    const asked = this.asked(pattern)
    if (pattern.includes('*')) {
      if (!asked.some((x) => x.name === 'db/id')) out['db/id'] = id
      for (const { name } of this.attributes) {
        if (asked.some((x) => x.name === name)) continue
        const answer = this.answer({ name }, id, pattern, way, taken)
        if (answer !== undefined) out[name] = answer
      }
    }
    for (const x of asked) {
      const answer = this.answer(x, id, pattern, way, taken)
      if (answer !== undefined && answer !== CUT) out[x.as ?? x.name] = answer
    }
    return Object.keys(out).length === 0 ? undefined : out
  }

  /** Elements that name an attribute; of those with one key the last. */
  private asked(pattern: NaivePattern): Asked[] {
    const byKey = new Map<string, Asked>()
    const add = (x: Asked): void => {
      byKey.delete(x.as ?? x.name)
      byKey.set(x.as ?? x.name, x)
    }
    for (const element of pattern) {
      if (element === '*') continue
      if (typeof element === 'string') add({ name: element })
      else if (isExpr(element)) add({ name: element[0], ...element[1] })
      else for (const [name, pull] of Object.entries(element)) add({ name, pull })
    }
    return [...byKey.values()]
  }

  private answer(
    x: Asked,
    id: number,
    pattern: NaivePattern,
    way: readonly number[],
    taken: Record<string, number>,
  ): unknown {
    const through = (v: unknown): unknown => (x.xform === undefined ? v : wrap(v))
    if (x.name === 'db/id') return through(id)
    const reverse = x.name.includes('/_')
    const attribute = this.attributes.find(({ name }) => name === x.name.replace('/_', '/')) as NaiveAttribute
    const key = x.as ?? x.name
    if (typeof x.pull === 'number' && (taken[key] ?? 0) >= x.pull) return CUT
    const values = this.facts
      .filter((f) => f.a === attribute.name && (reverse ? f.v : f.e) === id)
      .map((f) => (reverse ? f.e : f.v))
      .sort((m, n) => m - n)
    const list = reverse ? !attribute.component : attribute.many
    const limit = x.limit === undefined ? 1000 : (x.limit ?? values.length)
    const shown = values.slice(0, list ? limit : 1).map((v): unknown => {
      if (!attribute.ref) return v
      if (x.pull === undefined && (reverse || !attribute.component)) return { 'db/id': v }
      if (typeof x.pull === 'object') return this.entity(x.pull, v, [v], {})
      if (way.includes(v)) return { 'db/id': v }
      if (x.pull === undefined) return this.entity(['*'], v, [...way, v], {})
      const steps = typeof x.pull === 'number' ? { ...taken, [key]: (taken[key] ?? 0) + 1 } : taken
      return this.entity(pattern, v, [...way, v], steps)
    })
    const some = shown.filter((v) => v !== undefined)
    if (some.length === 0) return x.xform === undefined ? x.default : wrap(null)
    return through(list ? some : some[0])
  }
}

const CUT = Symbol('cut')

const isExpr = (x: NaiveElement): x is readonly [string, Options] => Array.isArray(x)

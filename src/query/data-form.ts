import { AnnalsError } from '../base/errors.ts'
import { type Edn, isKeyword, isLiteral, isSym, type List } from '../datom/atoms.ts'
import { EDN_MAX_DEPTH } from '../datom/edn-read.ts'
import { describe } from '../datom/read-value.ts'
import { isSourceName, isVariableName } from './names.ts'
import { SECTION_NAMES, type Sections, sectionName } from './sections.ts'

/*
 * From the data form to the forms that EDN reads to. Strings that start with ? $ or % or are _ become symbols; a list whose
 * first element is a bare name becomes an EDN list; what stays a string is a constant.
 */

const NAME = /^(?:[?$%]|_$)/
const isName = (x: unknown): x is string => typeof x === 'string' && NAME.test(x)
/** Neither a variable, source or blank nor a keyword: the name of a function, a rule or `not`, `or`, … */
const isBareName = (x: unknown): x is string => typeof x === 'string' && x !== '' && !NAME.test(x) && !x.startsWith(':')

const sym = (name: string): Edn => ({ $sym: name })
const list = (...items: Edn[]): List => ({ $list: items })

function refuse(x: unknown, wanted: string): AnnalsError {
  const found = Array.isArray(x) || (typeof x === 'object' && x !== null && !isKeyword(x)) ? shown(x) : describe(x)
  return new AnnalsError('query/malformed', `found ${found}; wanted ${wanted}`, { found, wanted })
}

function shown(x: object): string {
  try {
    const text = JSON.stringify(x)
    return text.length > 160 ? `${text.slice(0, 159)}…` : text
  } catch {
    return describe(x) // it holds a bigint, or itself
  }
}

function items(x: unknown, wanted: string): readonly unknown[] {
  if (Array.isArray(x)) return x
  throw refuse(x, wanted)
}

/** The sections of a query such as `{ find: ['?e'], where: [['?e', 'inv/sku', 'SKU-1']] }`. Throws `query/malformed`. */
export function sectionsOfData(query: unknown): Sections {
  if (typeof query !== 'object' || query === null) {
    throw refuse(query, "a query: EDN text, or an object such as { find: ['?e'], where: [['?e', 'inv/sku']] }")
  }
  const out: Sections = {}
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue
    const name = sectionName(key === 'orderBy' ? 'order-by' : key)
    if (name === undefined) throw refuse(key, `one of the keys ${SECTION_NAMES.join(', ')}`)
    if (out[name] !== undefined) throw refuse(key, `${name} once`)
    out[name] = section(name, value)
  }
  return out
}

function section(name: keyof Sections, x: unknown): readonly Edn[] {
  switch (name) {
    case 'find':
      return find(x)
    case 'where':
      return items(x, 'where: a list of clauses').map((c) => clause(c, 0))
    case 'in':
    case 'with':
      return items(x, `${name}: a list of names`).map((b) => binding(b, 0))
    case 'keys':
      return items(x, 'keys: a list of names').map((k) => (typeof k === 'string' ? sym(k) : constant(k, 0)))
    case 'order-by':
      return items(x, 'orderBy: a list of find elements').map(order)
    default:
      return [isName(x) ? sym(x) : constant(x, 0)]
  }
}

function find(x: unknown): readonly Edn[] {
  if (Array.isArray(x)) return x.map(findElement)
  if (typeof x !== 'object' || x === null) throw refuse(x, "find: a list such as ['?e'], or an object of names")
  return [new Map(Object.entries(x).map(([key, element]): [Edn, Edn] => [key, findElement(element)]))]
}

function findElement(x: unknown): Edn {
  if (typeof x === 'string') return sym(x)
  const parts = items(x, "a variable, an aggregate such as ['max', '?x'] or a pull")
  const [head] = parts
  if (head === 'pull')
    return list(sym(head), ...parts.slice(1).map((part) => (isName(part) ? sym(part) : { $lit: part })))
  if (!isBareName(head)) return parts.map(findElement)
  return list(sym(head), ...parts.slice(1).map((arg) => argument(arg, 0)))
}

function order(x: unknown): Edn {
  if (!Array.isArray(x) || isBareName(x[0])) return findElement(x)
  const [key, direction, ...more] = x
  if ((direction !== 'asc' && direction !== 'desc') || more.length > 0) {
    throw refuse(x, "an order such as '?x' or ['?x', 'desc']")
  }
  return [findElement(key), { $kw: `:${direction}` }]
}

/** `?x`, `_`, `['?a', '?b']`, `['?x', '...']`, `[['?a', '?b']]`; in `in` also sources, `%` and bare names. */
function binding(x: unknown, depth: number): Edn {
  refuseDepth(depth)
  if (typeof x === 'string') return sym(x)
  return items(x, "a binding such as '?x', ['?a', '?b'], ['?x', '...'] or [['?a', '?b']]").map((b) =>
    binding(b, depth + 1),
  )
}

const isBinding = (x: unknown): boolean => Array.isArray(x) || x === '_' || (typeof x === 'string' && isVariableName(x))

function clause(x: unknown, depth: number): Edn {
  refuseDepth(depth)
  const all = items(x, "a clause, a list such as ['?e', 'inv/sku', '?sku']")
  const prefix = typeof all[0] === 'string' && isSourceName(all[0]) ? [sym(all[0])] : []
  const rest = all.slice(prefix.length)
  const [head] = rest
  if (isBareName(head)) return list(...prefix, ...named(head, rest.slice(1), depth))
  if (Array.isArray(head) && prefix.length === 0) {
    if (rest.length === 1) return [call(head, depth)]
    if (rest.length === 2 && isBinding(rest[1])) return [call(head, depth), binding(rest[1], depth)]
  }
  return [...prefix, ...rest.map((place) => argument(place, depth))]
}

/** `not`, `or`, … and calls of rules. */
function named(name: string, rest: readonly unknown[], depth: number): Edn[] {
  switch (name) {
    case 'not':
    case 'or':
    case 'and':
      return [sym(name), ...rest.map((c) => clause(c, depth + 1))]
    case 'not-join':
    case 'or-join':
      return [sym(name), binding(rest[0] ?? [], depth), ...rest.slice(1).map((c) => clause(c, depth + 1))]
    default:
      return [sym(name), ...rest.map((arg) => argument(arg, depth))]
  }
}

function call(parts: readonly unknown[], depth: number): Edn {
  const [fn, ...args] = parts
  if (typeof fn !== 'string' || fn === '') throw refuse(parts, "an expression such as ['>', '?n', 5]")
  if (fn === 'q') return list(sym(fn), { $lit: args[0] }, ...args.slice(1).map((arg) => argument(arg, depth)))
  return list(sym(fn), ...args.map((arg) => argument(arg, depth)))
}

/** A place of a pattern or an argument: a name, or a constant. */
const argument = (x: unknown, depth: number): Edn => (isName(x) ? sym(x) : constant(x, depth))

/** Nothing inside a constant is a name. */
function constant(x: unknown, depth: number): Edn {
  refuseDepth(depth)
  if (Array.isArray(x)) return x.map((m) => constant(m, depth + 1))
  if (x instanceof Uint8Array) return { $lit: x, $type: 'bytes' }
  if (isLiteral(x)) return typeof x.$lit === 'string' && x.$type === undefined && !x.$lit.startsWith(':') ? x.$lit : x
  if (isKeyword(x) || isSym(x) || x instanceof Date || x === null) return x
  if (x instanceof Set) return new Set(Array.from(x, (m) => constant(m, depth + 1)))
  if (['string', 'number', 'bigint', 'boolean'].includes(typeof x)) return x as Edn
  throw refuse(x, 'a constant')
}

function refuseDepth(depth: number): void {
  if (depth <= EDN_MAX_DEPTH) return
  throw new AnnalsError('query/malformed', `the query nests deeper than ${EDN_MAX_DEPTH}; wanted a flatter one`, {})
}

/** Rules such as `[[['parent', '?a', '?b'], ['?a', 'person/parent', '?b']]]` as forms. Throws `query/malformed`. */
export function rulesOfData(rules: readonly unknown[]): Edn[] {
  return rules.map((rule) => {
    const wanted = "a rule such as [['parent', '?a', '?b'], ['?a', 'person/parent', '?b']]"
    const [head, ...body] = items(rule, wanted)
    const [name, ...params] = items(head, wanted)
    if (typeof name !== 'string') throw refuse(head, wanted)
    return [list(sym(name), ...params.map((p) => binding(p, 0))), ...body.map((c) => clause(c, 0))]
  })
}

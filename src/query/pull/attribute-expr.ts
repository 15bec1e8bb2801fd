import { AnnalsError } from '../../base/errors.ts'
import { isKeyword, isList, isLiteral, isSym } from '../../datom/atoms.ts'
import { describe } from '../../datom/read-value.ts'
import { withoutColon } from '../../datom/schema.ts'
import { fallbackOf } from './fallback.ts'

/** What a pattern says of one attribute, before anything is looked up. */
export interface AttributeExpr {
  /** Without colon: `inv/color`, `inv/_color`, `db/id`. */
  readonly name: string
  /** The key in results, when it is not the name. */
  readonly as?: string
  /** Infinity for all. */
  readonly limit?: number
  readonly fallback?: () => unknown
  readonly xform?: string
  /** A sub-pattern or a recursion, from the option `pull`: what a map says beside an attribute without options. */
  readonly pull?: unknown
}
type Options = { -readonly [K in keyof Omit<AttributeExpr, 'name'>]: AttributeExpr[K] }

export const malformed = (what: string, data: Record<string, unknown> = {}): AnnalsError =>
  new AnnalsError('pull/malformed', `pull pattern: ${what}`, data)
/** The members of a list or vector; undefined for anything else. */
export const membersOf = (x: unknown): readonly unknown[] | undefined =>
  Array.isArray(x) ? x : isList(x) ? x.$list : undefined

/** The pairs of a map, as EDN reads it or as an object; undefined for anything else. */
export function pairsOf(x: unknown): readonly (readonly [unknown, unknown])[] | undefined {
  if (x instanceof Map) return Array.from(x)
  if (typeof x !== 'object' || x === null || Array.isArray(x)) return undefined
  if (isKeyword(x) || isSym(x) || isList(x) || isLiteral(x)) return undefined
  const proto: unknown = Object.getPrototypeOf(x)
  return proto === null || proto === Object.prototype ? Object.entries(x) : undefined
}

/** Whether `x` is the symbol or the string `name`. */
export const isTerminal = (x: unknown, name: string): boolean => x === name || (isSym(x) && x.$sym === name)

/** `:inv/sku`, 'inv/sku' or ':inv/sku', without its colon; undefined for anything else. */
function attributeName(x: unknown): string | undefined {
  const name = isKeyword(x) ? x.$kw : x
  return typeof name === 'string' && name !== '' && name !== ':' ? withoutColon(name) : undefined
}

const OPTIONS = ['as', 'limit', 'default', 'xform', 'pull']

/** The option that `x` names as a keyword (`:as`, ':as'); undefined when it names none. */
function optionName(x: unknown): string | undefined {
  const name = isKeyword(x) ? x.$kw : x
  if (typeof name !== 'string' || !name.startsWith(':')) return undefined
  return OPTIONS.includes(name.slice(1)) ? name.slice(1) : undefined
}

/**
 * Reads the name of an attribute or an attribute with options: `['inv/count', { as: 'n', limit: 10 }]`, in EDN
 * `[:inv/count :as "n" :limit 10]` (or a list of the same) and the older `(limit :inv/count 10)`, `(default :inv/count 0)`.
 * An attribute that is itself called `limit` or `default` is written with its colon. Throws `pull/malformed`,
 * `pull/bad-option` or `pull/too-deep`.
 */
export function readAttributeExpr(x: unknown): AttributeExpr {
  const members = membersOf(x)
  if (members === undefined) {
    const name = attributeName(x)
    if (name !== undefined) return { name }
    throw malformed(`wanted an attribute, '*', a map or an attribute with options, got ${describe(x)}`)
  }
  const [first, second, third] = members
  const legacy = isTerminal(first, 'limit') ? 'limit' : isTerminal(first, 'default') ? 'default' : undefined
  if (legacy !== undefined && members.length === 3 && (isSym(first) || optionName(second) === undefined)) {
    const name = attributeName(second)
    if (name === undefined) throw malformed(`(${legacy} …) wants an attribute, got ${describe(second)}`)
    return { name, ...readOptions(name, [[legacy, third]]) }
  }
  const name = attributeName(first)
  if (name === undefined) throw malformed(`an attribute with options begins with the attribute, got ${describe(first)}`)
  return { name, ...readOptions(name, optionPairs(name, members.slice(1))) }
}

function optionPairs(name: string, given: readonly unknown[]): (readonly [string, unknown])[] {
  const asMap = given.length === 1 ? pairsOf(given[0]) : undefined
  if (asMap !== undefined) {
    return asMap.map(([option, value]) => [isKeyword(option) ? option.$kw.slice(1) : String(option), value])
  }
  if (given.length === 0 || given.length % 2 !== 0) {
    throw malformed(`${name} stands in a list with ${given.length} more members; wanted pairs of option and value`, {
      name,
    })
  }
  const out: (readonly [string, unknown])[] = []
  for (let i = 0; i < given.length; i += 2) {
    const option = optionName(given[i])
    if (option === undefined) throw unknownOption(name, describe(given[i]))
    out.push([option, given[i + 1]])
  }
  return out
}

const unknownOption = (name: string, option: string): AnnalsError =>
  new AnnalsError('pull/bad-option', `pull pattern: ${name} has no option ${option}; there are ${OPTIONS.join(', ')}`, {
    name,
    option,
  })

function readOptions(name: string, pairs: readonly (readonly [string, unknown])[]): Options {
  const out: Options = {}
  const seen = new Set<string>()
  for (const [option, value] of pairs) {
    if (value === undefined) continue
    if (seen.has(option)) {
      throw new AnnalsError('pull/bad-option', `pull pattern: ${name} has the option ${option} twice`, { name, option })
    }
    seen.add(option)
    readOption(out, name, option, value)
  }
  return out
}

function readOption(out: Options, name: string, option: string, value: unknown): void {
  const refuse = (wanted: string): AnnalsError =>
    new AnnalsError('pull/bad-option', `pull pattern: ${option} of ${name} wants ${wanted}, got ${describe(value)}`, {
      name,
      option,
    })
  switch (option) {
    case 'as':
      if (isKeyword(value)) out.as = withoutColon(value.$kw)
      else if (isSym(value)) out.as = value.$sym
      else if (typeof value === 'string') out.as = value
      else throw refuse('a string or a keyword')
      return
    case 'limit':
      if (value === null) out.limit = Number.POSITIVE_INFINITY
      else if (typeof value === 'number' && Number.isInteger(value) && value > 0) out.limit = value
      else throw refuse('a positive integer, or null for all')
      return
    case 'default':
      out.fallback = fallbackOf(value)
      return
    case 'xform':
      if (isSym(value)) out.xform = value.$sym
      else if (typeof value === 'string' && value !== '') out.xform = value
      else throw refuse('the name of a function')
      return
    case 'pull':
      out.pull = value
      return
    default:
      throw unknownOption(name, option)
  }
}

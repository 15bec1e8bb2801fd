import { type Edn, isList, isLiteral } from '../datom/atoms.ts'
import { malformed } from './malformed.ts'
import { isEllipsis, isSourceName, plainName, symbolName, variableName } from './names.ts'
import { parseTerm } from './parse-clause.ts'
import type { Find, FindElement, PullPattern } from './syntax.ts'

/** Parses `:find` and `:keys`. Throws `query/malformed`. */
export function parseFind(forms: readonly Edn[], keys: readonly Edn[] | undefined, query: Edn): Find {
  const find = parseShape(forms, query)
  if (keys === undefined) return find
  const names = keys.map((key) => symbolName(key) ?? plainName(key))
  if (find.keys !== undefined || names.includes(undefined)) throw malformed(keys, 'names for the columns, given once')
  if (find.shape !== 'relation' && find.shape !== 'tuple') {
    throw malformed(keys, 'no :keys, which name the columns of rows: this :find makes none')
  }
  if (names.length !== find.elements.length) {
    throw malformed(keys, `as many names as :find has elements (${find.elements.length})`)
  }
  return { ...find, keys: distinctNames(names as string[], keys) }
}

function parseShape(forms: readonly Edn[], query: Edn): Find {
  const [first, second] = forms
  if (first === undefined) throw malformed(query, ':find with at least one element')
  if (first instanceof Map && forms.length === 1) return parseNamedElements(first as ReadonlyMap<Edn, Edn>)
  if (forms.length === 2 && symbolName(second) === '.') return plain('scalar', [parseElement(first)])
  if (Array.isArray(first)) {
    const items = first as readonly Edn[]
    if (forms.length > 1 || items.length === 0)
      throw malformed(forms, ':find [?x ...] or :find [?a ?b], and nothing beside it')
    const isCollection = items.length === 2 && isEllipsis(items[1])
    return isCollection ? plain('collection', [parseElement(items[0] as Edn)]) : plain('tuple', items.map(parseElement))
  }
  return plain('relation', forms.map(parseElement))
}

const plain = (shape: Find['shape'], elements: FindElement[]): Find => ({ shape, elements, keys: undefined })

function parseNamedElements(named: ReadonlyMap<Edn, Edn>): Find {
  const names: string[] = []
  const elements: FindElement[] = []
  for (const [key, element] of named) {
    const name = plainName(key) ?? symbolName(key)
    if (name === undefined) throw malformed(key, 'a name for a column')
    names.push(name)
    elements.push(parseElement(element))
  }
  if (names.length === 0) throw malformed(named, ':find with at least one element')
  return { shape: 'relation', elements, keys: distinctNames(names, named) }
}

function distinctNames(names: string[], form: Edn): string[] {
  if (new Set(names).size < names.length || names.includes('__proto__'))
    throw malformed(form, 'a different name for every column, and none of them __proto__')
  return names
}

/** Parses a variable, an aggregate or a pull. */
export function parseElement(form: Edn): FindElement {
  const name = variableName(form)
  if (name !== undefined) return { kind: 'var', name }
  if (!isList(form) || symbolName(form.$list[0]) === undefined) {
    throw malformed(form, 'a variable, an aggregate such as (max ?x) or a pull such as (pull ?e [*])')
  }
  const fn = symbolName(form.$list[0]) as string
  const args = form.$list.slice(1)
  if (fn === 'pull') return parsePull(args, form)
  const last = variableName(args.at(-1))
  if (last === undefined) throw malformed(form, 'a variable at the end of an aggregate')
  return { kind: 'aggregate', fn, args: args.slice(0, -1).map(parseTerm), name: last, form }
}

function parsePull(args: readonly Edn[], form: Edn): FindElement {
  const first = symbolName(args[0])
  const source = first !== undefined && isSourceName(first) ? first : undefined
  const [variable, pattern, ...more] = source === undefined ? args : args.slice(1)
  const name = variableName(variable)
  if (name === undefined || pattern === undefined || more.length > 0) {
    throw malformed(form, 'a pull such as (pull ?e [:inv/sku]) or (pull $2 ?e ?pattern)')
  }
  return { kind: 'pull', source: source ?? '$', name, pattern: pullPattern(pattern), form }
}

function pullPattern(form: Edn): PullPattern {
  const name = symbolName(form)
  if (name !== undefined) return { kind: 'input', name }
  return { kind: 'const', value: isLiteral(form) && form.$type === undefined ? form.$lit : form }
}

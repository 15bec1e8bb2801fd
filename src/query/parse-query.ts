import type { Edn } from '../datom/atoms.ts'
import { readEdnOne } from '../datom/edn-read.ts'
import { sectionsOfData } from './data-form.ts'
import { sectionsOfEdn } from './edn-form.ts'
import { malformed, showForm } from './malformed.ts'
import { isKeywordNamed, isSourceName, isVariableName, symbolName, variableName } from './names.ts'
import { parseBinding } from './parse-binding.ts'
import { parseClauses } from './parse-clause.ts'
import { parseElement, parseFind } from './parse-find.ts'
import type { Sections } from './sections.ts'
import type { Amount, Find, FindElement, Input, Order, Query } from './syntax.ts'

/**
 * Parses a query in whichever notation: EDN text, forms read from it, or data. Throws `query/malformed`, and what reading
 * EDN throws.
 */
export function parseQuery(query: unknown): Query {
  const sections = sectionsOf(query)
  const whole = Object.keys(sections)
  const find = parseFind(sections.find ?? [], sections.keys, whole)
  return {
    find,
    with: (sections.with ?? []).map(parseVariable),
    in: parseInputs(sections.in),
    where: parseClauses(sections.where ?? []),
    orderBy: parseOrders(sections['order-by'] ?? [], find),
    limit: parseAmount(sections.limit, 'limit'),
    offset: parseAmount(sections.offset, 'offset'),
  }
}

function sectionsOf(query: unknown): Sections {
  if (typeof query === 'string') return sectionsOfEdn(readEdnOne(query))
  if (Array.isArray(query) || query instanceof Map) return sectionsOfEdn(query as Edn)
  return sectionsOfData(query)
}

function parseVariable(form: Edn): string {
  const name = variableName(form)
  if (name === undefined) throw malformed(form, 'a variable such as ?x')
  return name
}

function parseInputs(forms: readonly Edn[] | undefined): Input[] {
  if (forms === undefined) return [{ kind: 'source', name: '$' }]
  const inputs = forms.map(parseInput)
  const names = inputs.flatMap((input) =>
    input.kind === 'rules' ? ['%'] : input.kind === 'binding' ? [] : [input.name],
  )
  if (new Set(names).size < names.length) throw malformed(forms, 'every source and name in :in once')
  return inputs
}

function parseInput(form: Edn): Input {
  const name = symbolName(form)
  if (name === '%') return { kind: 'rules' }
  if (name !== undefined && isSourceName(name)) return { kind: 'source', name }
  if (name !== undefined && name !== '_' && !isVariableName(name)) return { kind: 'name', name }
  return { kind: 'binding', binding: parseBinding(form), form }
}

function parseOrders(forms: readonly Edn[], find: Find): Order[] {
  const [only] = forms
  const wrapped = forms.length === 1 && Array.isArray(only) && !isDirected(only)
  return (wrapped ? (only as readonly Edn[]) : forms).map((form) => parseOrder(form, find))
}

/** `[?x :desc]` */
const isDirected = (form: readonly Edn[]): boolean =>
  form.length === 2 && (isKeywordNamed(form[1], ':asc') || isKeywordNamed(form[1], ':desc'))

function parseOrder(form: Edn, find: Find): Order {
  const directed = Array.isArray(form) && isDirected(form) ? (form as readonly Edn[]) : undefined
  const wanted = parseElement(directed === undefined ? form : (directed[0] as Edn))
  const element = find.elements.findIndex((e) => sameElement(e, wanted))
  if (element === -1) throw malformed(form, 'to order by an element of :find')
  if (find.elements[element]?.kind === 'pull') throw malformed(form, 'to order by a variable or an aggregate')
  return { element, descending: directed !== undefined && isKeywordNamed(directed[1], ':desc') }
}

function sameElement(x: FindElement, y: FindElement): boolean {
  if (x.kind !== y.kind || x.name !== y.name) return false
  if (x.kind !== 'aggregate' || y.kind !== 'aggregate') return true
  return showForm(x.form) === showForm(y.form)
}

function parseAmount(forms: readonly Edn[] | undefined, what: string): Amount | undefined {
  if (forms === undefined) return undefined
  const [form, ...more] = forms
  const name = variableName(form)
  if (name !== undefined && more.length === 0) return { kind: 'var', name }
  if (more.length > 0 || typeof form !== 'number' || !Number.isSafeInteger(form) || form < 0) {
    throw malformed(forms, `one ${what}: a whole number from 0, or a variable of :in`)
  }
  return form
}

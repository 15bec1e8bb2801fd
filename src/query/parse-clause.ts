import { type Edn, isList, unlisted } from '../datom/atoms.ts'
import { malformed } from './malformed.ts'
import { isSourceName, isVariableName, symbolName, variableName } from './names.ts'
import { parseBinding } from './parse-binding.ts'
import type { Argument, Clause, OrClause, Term } from './syntax.ts'

/** Parses one clause of `:where` or of a rule. Throws `query/malformed`. */
export function parseClause(form: Edn): Clause {
  if (isList(form)) return parseListClause(form.$list, form)
  if (!Array.isArray(form) || form.length === 0) {
    throw malformed(form, 'a clause: a pattern [?e :inv/sku ?sku], an expression [(> ?n 5)] or a list such as (not …)')
  }
  const items = form as readonly Edn[]
  const [head, ...rest] = items
  if (isList(head)) return parseExpression(head.$list, rest, form)
  const source = symbolName(head)
  const named = source !== undefined && isSourceName(source)
  return parsePattern(named ? source : undefined, named ? rest : items, form)
}

export const parseClauses = (forms: readonly Edn[]): Clause[] => forms.map(parseClause)

function parsePattern(source: string | undefined, places: readonly Edn[], form: Edn): Clause {
  if (places.length === 0) throw malformed(form, 'a pattern with at least one place')
  return { kind: 'pattern', source, terms: places.map((x, i) => (i === 2 ? parseValue(x) : parseTerm(x))), form }
}

/** As {@link parseTerm}, or a symbol, which only attributes of that type take. */
const parseValue = (form: Edn): Term =>
  /^[^?$%_]/.test(symbolName(form) ?? '') ? { kind: 'const', value: form } : parseTerm(form)

/** A variable, a blank or a constant. */
export function parseTerm(form: Edn): Term {
  const name = symbolName(form)
  if (name === undefined) return { kind: 'const', value: form }
  if (name === '_') return { kind: 'blank' }
  if (isVariableName(name)) return { kind: 'var', name }
  throw malformed(form, 'a variable such as ?x, a blank _ or a constant')
}

function parseArgument(form: Edn): Argument {
  const name = symbolName(form)
  return name !== undefined && isSourceName(name) ? { kind: 'source', name } : parseTerm(form)
}

function parseExpression(call: readonly Edn[], rest: readonly Edn[], form: Edn): Clause {
  const [head, ...args] = call
  const fn = symbolName(head)
  if (fn === undefined || isVariableName(fn)) {
    throw malformed(form, 'the name of a function at the head of an expression (functions are called by name)')
  }
  if (rest.length > 1) throw malformed(form, 'an expression with one binding at most: [(fn arg …) binding]')
  const binding = rest.length === 0 ? undefined : parseBinding(rest[0] as Edn)
  const first = fn === 'q' && args.length > 0 ? [{ kind: 'const' as const, value: args[0] as Edn }] : []
  return { kind: 'call', fn, args: [...first, ...args.slice(first.length).map(parseArgument)], binding, form }
}

function parseListClause(items: readonly Edn[], form: Edn): Clause {
  const first = symbolName(items[0])
  const source = first !== undefined && isSourceName(first) ? first : undefined
  const [head, ...rest] = source === undefined ? items : items.slice(1)
  const name = symbolName(head)
  if (name === undefined) throw malformed(form, 'a rule call, not, not-join, or, or-join')
  if (name === 'and' || name === 'not' || name === 'not-join' || name === 'or' || name === 'or-join') {
    return parseNamed(name, source, rest, form)
  }
  return { kind: 'rule', source, name, args: parseRuleArgs(rest, form), form }
}

function parseRuleArgs(forms: readonly Edn[], form: Edn): Term[] {
  if (forms.length === 0) throw malformed(form, 'a rule call with at least one argument')
  return forms.map(parseTerm)
}

function parseNamed(name: string, source: string | undefined, rest: readonly Edn[], form: Edn): Clause {
  switch (name) {
    case 'and':
      return { kind: 'or', source, join: undefined, branches: [someClauses(rest, form)], form }
    case 'not':
      return { kind: 'not', source, join: undefined, clauses: someClauses(rest, form), form }
    case 'not-join':
      return { kind: 'not', source, join: joinNames(rest[0], form), clauses: someClauses(rest.slice(1), form), form }
    case 'or':
      return { kind: 'or', source, join: undefined, branches: branches(rest, form), form }
    default: {
      const join = orJoin(rest[0], form)
      return { kind: 'or', source, join, branches: branches(rest.slice(1), form), form }
    }
  }
}

function someClauses(forms: readonly Edn[], form: Edn): Clause[] {
  if (forms.length === 0) throw malformed(form, 'at least one clause in it')
  return parseClauses(forms)
}

/** A branch is a clause, or several in `(and …)`. */
function branches(forms: readonly Edn[], form: Edn): (readonly Clause[])[] {
  if (forms.length === 0) throw malformed(form, 'at least one branch')
  return forms.map((branch) => {
    const isAnd = isList(branch) && symbolName(branch.$list[0]) === 'and'
    return isAnd ? someClauses(branch.$list.slice(1), branch) : [parseClause(branch)]
  })
}

function joinNames(form: Edn | undefined, clause: Edn): string[] {
  const list = form && unlisted(form)
  const names = Array.isArray(list) ? (list as readonly Edn[]).map(variableName) : []
  if (names.length === 0 || names.includes(undefined)) throw malformed(clause, 'the variables to join on first: [?x …]')
  return names as string[]
}

function orJoin(form: Edn | undefined, clause: Edn): NonNullable<OrClause['join']> {
  const list = form && unlisted(form)
  const items = Array.isArray(list) ? (list as readonly Edn[]) : []
  const first = items[0] && unlisted(items[0])
  const required = Array.isArray(first) ? joinNames(first, clause) : []
  const rest = Array.isArray(first) ? items.slice(1) : items
  const free = rest.length === 0 && required.length > 0 ? [] : joinNames(rest, clause)
  return { required, free }
}

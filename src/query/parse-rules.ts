import { type Edn, isList, isSym, unlisted } from '../datom/atoms.ts'
import { readEdnOne } from '../datom/edn-read.ts'
import { rulesOfData } from './data-form.ts'
import { malformed } from './malformed.ts'
import { isVariableName, symbolName, variableName } from './names.ts'
import { parseClauses } from './parse-clause.ts'
import type { RuleBody } from './syntax.ts'

const WANTED = 'rules such as [[(parent ?a ?b) [?a :person/parent ?b]]]'

/** Parses the rules given for `%`: EDN text, forms read from it, or data. Throws `query/malformed`. */
export function parseRules(rules: unknown): RuleBody[] {
  const form = typeof rules === 'string' ? readEdnOne(rules) : rules
  if (!Array.isArray(form)) throw malformed(typeof form === 'object' ? null : String(form), WANTED)
  // a rule's head, a list or a vector in EDN, is an array of strings in data
  const isData = form.some((rule) => Array.isArray(rule) && Array.isArray(rule[0]) && !isSym(rule[0][0]))
  const bodies = (isData ? rulesOfData(form) : (form as readonly Edn[])).map(parseRule)
  for (const body of bodies) {
    const first = bodies.find((other) => other.name === body.name) as RuleBody
    if (first.params.length !== body.params.length || first.required !== body.required) {
      throw malformed(body.form, `the same parameters in every body of ${body.name}, as in its first`)
    }
  }
  return bodies
}

function parseRule(form: Edn): RuleBody {
  if (!Array.isArray(form)) throw malformed(form, WANTED)
  const [head = null, ...clauses] = form as readonly Edn[]
  const items = isList(head) ? head.$list : head
  if (!Array.isArray(items)) throw malformed(form, WANTED)
  const [nameForm, ...rest] = items as readonly Edn[]
  const name = symbolName(nameForm)
  if (name === undefined || isVariableName(name)) throw malformed(head, 'the name of the rule first, a plain symbol')
  const first = rest[0] && unlisted(rest[0])
  const required = Array.isArray(first) ? (first as readonly Edn[]) : []
  const params = [...required, ...(Array.isArray(first) ? rest.slice(1) : rest)].map(variableName)
  if (params.length === 0 || params.includes(undefined) || new Set(params).size < params.length) {
    throw malformed(head, 'different variables as parameters; those that a call must bind first, in a vector')
  }
  if (clauses.length === 0) throw malformed(form, 'at least one clause in the body')
  return { name, params: params as string[], required: required.length, clauses: parseClauses(clauses), form: head }
}

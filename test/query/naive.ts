import { type Edn, isKeyword } from '../../src/datom/atoms.ts'
import { isNumeric } from '../../src/datom/decimal.ts'
import { readUntyped, readValue } from '../../src/datom/read-value.ts'
import { findAttribute } from '../../src/datom/schema.ts'
import { showValue } from '../../src/datom/show-value.ts'
import { compareValues, sameValue, unifyKey, type Value } from '../../src/datom/value.ts'
import type { Db } from '../../src/db/db.ts'
import { whenLoaded } from '../../src/db/load.ts'
import { scan } from '../../src/db/view.ts'
import { parseQuery } from '../../src/query/parse-query.ts'
import { parseRules } from '../../src/query/parse-rules.ts'
import type { Argument, Binding, Clause, Query, RuleBody, Term } from '../../src/query/syntax.ts'

/*
 * The oracle: queries answered by trying every fact for every clause, one binding after another. It shares the parser and
 * the order of values with the engine, nothing else: no plan, no index, no columns.
 */

type Fact = readonly [e: Value, a: Value, v: Value, tx: Value, op: Value]
type Env = ReadonlyMap<string, Value>

interface World {
  readonly db: Db
  readonly facts: readonly Fact[]
  readonly rules: ReadonlyMap<string, readonly RuleBody[]>
  readonly tables: Map<string, Value[][]>
}

/** The rows of a query's find elements as text, sorted: what two answers have in common when they are the same. */
export async function naiveRows(
  db: Db,
  text: string,
  inputs: readonly unknown[],
  rules?: string,
): Promise<unknown[][]> {
  const query = parseQuery(text)
  const bodies = rules === undefined ? [] : parseRules(rules)
  const world: World = { db, facts: await factsOf(db), rules: grouped(bodies), tables: new Map() }
  fixRules(world)
  let envs: Env[] = [new Map()]
  let next = 0
  for (const input of query.in) {
    if (input.kind === 'rules') next++
    if (input.kind !== 'binding') continue
    const given = inputs[next++]
    envs = envs.flatMap((env) => bind(input.binding, given, env))
  }
  return found(
    query,
    distinct(conjunction(world, query.where, envs), [...query.find.elements.map((e) => e.name), ...query.with]),
  )
}

async function factsOf(db: Db): Promise<Fact[]> {
  const out: Fact[] = []
  for (const b of await whenLoaded(scan(db, 'eavt', {}), (all) => all.batches())) {
    for (let i = b.start; i < b.end; i++) {
      out.push([
        b.e[i] as number,
        b.a[i] as number,
        b.v[i] as Value,
        b.tx[i] as number,
        b.added === undefined || b.added[i] === 1,
      ])
    }
  }
  return out
}

function grouped(bodies: readonly RuleBody[]): Map<string, RuleBody[]> {
  const out = new Map<string, RuleBody[]>()
  for (const body of bodies) out.set(body.name, [...(out.get(body.name) ?? []), body])
  return out
}

/** Every rule from the bottom up. Requires: what a rule negates stands before it. */
function fixRules(world: World): void {
  for (const name of world.rules.keys()) world.tables.set(name, [])
  const rules = Array.from(world.rules)
  for (let n = 1; n <= rules.length; n++) fixTogether(world, rules.slice(0, n))
}

/** Everything again until nothing is new. */
function fixTogether(world: World, rules: readonly (readonly [string, readonly RuleBody[]])[]): void {
  for (let changed = true; changed; ) {
    changed = false
    for (const [name, bodies] of rules) {
      const table = world.tables.get(name) as Value[][]
      for (const body of bodies) {
        for (const env of conjunction(world, body.clauses, [new Map()])) {
          const row = body.params.map((p) => env.get(p) as Value)
          if (table.some((known) => known.every((v, i) => sameValue(v, row[i] as Value)))) continue
          table.push(row)
          changed = true
        }
      }
    }
  }
}

function distinct(envs: readonly Env[], names: readonly string[]): Env[] {
  const seen = new Set<string>()
  return envs.filter((env) => {
    const key = JSON.stringify(names.map((n) => keyText(env.get(n) as Value)))
    const isNew = !seen.has(key)
    seen.add(key)
    return isNew
  })
}
const keyText = (v: Value): string => `${typeof unifyKey(v)} ${String(unifyKey(v))}`

function found(query: Query, envs: readonly Env[]): unknown[][] {
  const { elements } = query.find
  const plain = elements.filter((e) => e.kind !== 'aggregate').map((e) => e.name)
  if (plain.length === elements.length) return envs.map((env) => plain.map((n) => showValue(env.get(n) as Value)))
  const groups = new Map<string, Env[]>()
  for (const env of envs) {
    const key = JSON.stringify(plain.map((n) => keyText(env.get(n) as Value)))
    groups.set(key, [...(groups.get(key) ?? []), env])
  }
  return Array.from(groups.values(), (group) =>
    elements.map((e) => {
      const values = group.map((env) => env.get(e.name) as Value)
      return e.kind === 'aggregate' ? aggregate(e.fn, values) : showValue(values[0] as Value)
    }),
  )
}

function aggregate(fn: string, values: Value[]): unknown {
  values.sort(compareValues)
  switch (fn) {
    case 'count':
      return values.length
    case 'count-distinct':
      return new Set(values.map(unifyKey)).size
    case 'min':
      return showValue(values[0] as Value)
    case 'max':
      return showValue(values.at(-1) as Value)
    case 'sum':
      return values.reduce((a: number, b) => a + Number(b), 0)
    default:
      throw new Error(`the oracle has no ${fn}`)
  }
}

/** Runs clauses as soon as what they need is bound. */
function conjunction(world: World, clauses: readonly Clause[], envs: readonly Env[]): Env[] {
  let rows = [...envs]
  let left = [...clauses]
  const bound = new Set(envs[0]?.keys())
  while (left.length > 0 && rows.length > 0) {
    const others = (clause: Clause): Set<string> => new Set(left.filter((c) => c !== clause).flatMap(binders))
    const clause = left.find((c) => needs(c, others(c)).every((name) => bound.has(name)))
    if (clause === undefined) throw new Error('the oracle is stuck')
    rows = rows.flatMap((env) => apply(world, clause, env))
    for (const name of binders(clause)) bound.add(name)
    left = left.filter((c) => c !== clause)
  }
  return rows
}

const names = (terms: readonly (Term | Argument)[]): string[] =>
  terms.flatMap((t) => (t.kind === 'var' ? [t.name] : []))

function bindingNames(b: Binding): string[] {
  if (b.kind === 'var') return [b.name]
  if (b.kind === 'tuple') return b.items.flatMap(bindingNames)
  return b.kind === 'collection' ? bindingNames(b.item) : []
}

function binders(clause: Clause): string[] {
  switch (clause.kind) {
    case 'pattern':
      return names(clause.terms)
    case 'rule':
      return names(clause.args)
    case 'call':
      return clause.binding === undefined ? [] : bindingNames(clause.binding)
    case 'or':
      return clause.join === undefined
        ? clause.branches.flat().flatMap(binders)
        : [...clause.join.required, ...clause.join.free]
    case 'not':
      return []
  }
}

function mentioned(clause: Clause): string[] {
  if (clause.kind === 'call') return [...names(clause.args), ...binders(clause)]
  if (clause.kind === 'not') return clause.join === undefined ? clause.clauses.flatMap(mentioned) : [...clause.join]
  if (clause.kind === 'or' && clause.join === undefined) return clause.branches.flat().flatMap(mentioned)
  return binders(clause)
}

/** What must be bound before: arguments, and what a `not` (or a branch) shares with clauses that bind it. */
function needs(clause: Clause, elsewhere: ReadonlySet<string>): string[] {
  switch (clause.kind) {
    case 'call':
      return names(clause.args)
    case 'not':
      return mentioned(clause).filter((name) => elsewhere.has(name))
    case 'or':
      return mentioned(clause).filter(
        (name) => elsewhere.has(name) && !clause.branches.every((b) => b.flatMap(binders).includes(name)),
      )
    default:
      return []
  }
}

function apply(world: World, clause: Clause, env: Env): Env[] {
  switch (clause.kind) {
    case 'pattern':
      return world.facts.flatMap((fact) => matchFact(world, clause.terms, fact, env))
    case 'rule':
      return (world.tables.get(clause.name) as Value[][]).flatMap((row) => matchRow(world, clause.args, row, env))
    case 'call':
      return call(clause, env)
    case 'not': {
      const seen =
        clause.join === undefined ? env : new Map(Array.from(env).filter(([name]) => clause.join?.includes(name)))
      return conjunction(world, clause.clauses, [seen]).length === 0 ? [env] : []
    }
    case 'or':
      return clause.branches.flatMap((branch) => {
        const joined = clause.join && [...clause.join.required, ...clause.join.free]
        const seen = joined === undefined ? env : new Map(Array.from(env).filter(([name]) => joined.includes(name)))
        return conjunction(world, branch, [seen]).map((made) => {
          const out = new Map(env)
          for (const [name, v] of made) if (joined === undefined || joined.includes(name)) out.set(name, v)
          return out
        })
      })
  }
}

function matchFact(world: World, terms: readonly Term[], fact: Fact, env: Env): Env[] {
  const attribute = world.db.schema.attributes.get(fact[1] as number)
  let out: Map<string, Value> | undefined
  for (const [place, term] of terms.entries()) {
    const v = fact[place] as Value
    if (term.kind === 'blank') continue
    if (term.kind === 'var') {
      const known = (out ?? env).get(term.name)
      if (known !== undefined && !sameValue(known, v)) return []
      if (known === undefined) {
        out ??= new Map(env)
        out.set(term.name, v)
      }
    } else if (!sameValue(constantAt(world, place, term.value, attribute?.id as number, terms[1]?.kind === 'const'), v))
      return []
  }
  return [out ?? env]
}

function constantAt(world: World, place: number, x: Edn, attribute: number, known: boolean): Value {
  const { schema } = world.db
  const id = (form: Edn): Value => (isKeyword(form) ? (schema.idents.get(form.$kw) as number) : (form as number))
  if (place === 1) return findAttribute(schema, isKeyword(x) ? x.$kw : (x as string))?.id as number
  if (place === 4) return x as boolean
  if (place !== 2) return id(x)
  if (!known) return readUntyped(x, 'oracle')
  const a = schema.attributes.get(attribute)
  if (a === undefined || a.type === 'tuple') throw new Error('the oracle has no tuples')
  if (a.type === 'ref') return id(x)
  try {
    return readValue(a.type, x, a.ident)
  } catch {
    return Number.NaN // the constant of another attribute's pattern
  }
}

function matchRow(world: World, args: readonly Term[], row: readonly Value[], env: Env): Env[] {
  const out = new Map(env)
  for (const [i, arg] of args.entries()) {
    const v = row[i] as Value
    if (arg.kind === 'blank') continue
    const known = arg.kind === 'var' ? out.get(arg.name) : constantAt(world, 0, arg.value, 0, true)
    if (known !== undefined && !sameValue(known, v)) return []
    if (arg.kind === 'var') out.set(arg.name, v)
  }
  return [out]
}

function call({ fn, args, binding }: Clause & { readonly kind: 'call' }, env: Env): Env[] {
  const values = args.map((a): Value | readonly Value[] => {
    if (a.kind === 'var') return env.get(a.name) as Value
    if (a.kind !== 'const') throw new Error('the oracle has no sources')
    return Array.isArray(a.value) ? a.value.map((x) => readUntyped(x, 'oracle')) : readUntyped(a.value, 'oracle')
  })
  const [x, y] = values as Value[]
  const result = (): Value | readonly Value[] | undefined => {
    switch (fn) {
      case '<':
        return compareValues(x as Value, y as Value) < 0
      case '>=':
        return compareValues(x as Value, y as Value) >= 0
      case '<=':
        return compareValues(x as Value, y as Value) <= 0
      case '>':
        return compareValues(x as Value, y as Value) > 0
      case 'starts-with?':
        return typeof x === 'string' && typeof y === 'string' && x.startsWith(y)
      case '=':
        return sameValue(x as Value, y as Value)
      case '!=':
        return !sameValue(x as Value, y as Value)
      case '+':
        return plus(x as Value, y as number)
      case 'ground':
      case 'identity':
        return values[0] as Value
      default:
        throw new Error(`the oracle has no ${fn}`)
    }
  }
  const made = result()
  if (made === undefined) return []
  if (binding === undefined) return made === false ? [] : [env]
  return bind(binding, made, env)
}

/** A value already, and no plain string. */
const isPrefixed = (x: unknown): x is Value => typeof x === 'string' && x.charCodeAt(0) < 9

/** undefined for what is no number: the engine refuses such a row unless something else removes it. */
function plus(x: Value, y: number): Value | undefined {
  if (!isNumeric(x)) return undefined
  if (typeof x === 'bigint') return x + BigInt(y)
  const sum = Number(showValue(x)) + y
  return typeof x === 'string' ? readValue('bigdec', String(sum), 'oracle') : sum
}

function bind(b: Binding, given: unknown, env: Env): Env[] {
  switch (b.kind) {
    case 'blank':
      return [env]
    case 'var': {
      const v = isPrefixed(given) ? given : readUntyped(given, 'oracle')
      const known = env.get(b.name)
      if (known !== undefined) return sameValue(known, v) ? [env] : []
      return [new Map(env).set(b.name, v)]
    }
    case 'collection':
      return (given as readonly unknown[]).flatMap((item) => bind(b.item, item, env))
    default:
      return b.items.reduce<Env[]>(
        (envs, item, i) => envs.flatMap((e) => bind(item, (given as readonly unknown[])[i], e)),
        [env],
      )
  }
}

import type { Schema } from '../datom/schema.ts'
import type { Db } from '../db/db.ts'
import type { QueryEnv } from './env.ts'
import { checkCount } from './inputs.ts'
import { isOwnSource } from './names.ts'
import { parseQuery } from './parse-query.ts'
import { parseRules } from './parse-rules.ts'
import { type Parsed, planCacheOf, type Resolved } from './plan-cache.ts'
import { type Program, resolveProgram } from './program.ts'
import { queryKey } from './query-key.ts'
import { wrongInput } from './read-input.ts'
import type { SourceInfo } from './resolving.ts'
import type { Source } from './run.ts'
import type { Query, RuleBody } from './syntax.ts'

/** A program with what was given to it, input for input. */
export interface Prepared {
  readonly program: Program
  readonly sources: readonly Source[]
  /** By input of `:in`; undefined for `$`. */
  readonly inputs: readonly unknown[]
}

const PROGRAMS_KEPT = 4

/**
 * Parses and resolves a query, or finds that it was done before: by the text or the structure of the query and of its rules,
 * for the schema at hand.
 */
export function prepare(db: Db | readonly unknown[], q: unknown, given: readonly unknown[], env: QueryEnv): Prepared {
  const parsed = parsedQuery(q, env)
  const { query } = parsed
  const inputs = align(query, given)
  const sources = sourcesOf(query, inputs, db)
  const rules = query.in.findIndex((input) => input.kind === 'rules')
  const rulesKey = rules === -1 ? '' : queryKey(inputs[rules])
  const kinds = sources.length === 1 && sources[0]?.kind === 'db' ? '' : sources.map((s) => s.kind).join()
  const key = rulesKey === undefined ? undefined : `${kinds} ${rulesKey}`
  const schema = commonSchema(sources)
  const known = key !== undefined && schema !== null ? findProgram(parsed, schema, key) : undefined
  if (known !== undefined) return { program: known, sources, inputs }
  const bodies = rules === -1 ? [] : parsedRules(inputs[rules], rulesKey, env)
  const program = resolveProgram(query, bodies, sourceInfos(query, sources), env)
  if (key !== undefined && schema !== null) keepProgram(parsed, { program, schema, given: key })
  return { program, sources, inputs }
}

function findProgram({ programs }: Parsed, schema: Schema | undefined, given: string): Program | undefined {
  for (const known of programs) if (known.schema === schema && known.given === given) return known.program
  return undefined
}

function keepProgram({ programs }: Parsed, resolved: Resolved): void {
  if (programs.length === PROGRAMS_KEPT) programs.pop()
  programs.unshift(resolved)
}

function parsedQuery(q: unknown, env: QueryEnv): Parsed {
  const { queries } = planCacheOf(env)
  const key = queryKey(q)
  const known = key === undefined ? undefined : queries.get(key)
  if (known !== undefined) return known
  const parsed: Parsed = { query: parseQuery(q), programs: [] }
  if (key !== undefined) queries.set(key, parsed)
  return parsed
}

function parsedRules(rules: unknown, key: string | undefined, env: QueryEnv): readonly RuleBody[] {
  const cache = planCacheOf(env).rules
  const known = key === undefined ? undefined : cache.get(key)
  if (known !== undefined) return known
  const bodies = parseRules(rules)
  if (key !== undefined) cache.set(key, bodies)
  return bodies
}

/** Inputs stand, in order, for what `:in` names, `$` and `$queue` aside. */
function align(query: Query, given: readonly unknown[]): unknown[] {
  const isDefault = (i: number): boolean =>
    query.in[i]?.kind === 'source' && isOwnSource((query.in[i] as { name: string }).name)
  let next = 0
  const out = query.in.map((_, i) => (isDefault(i) ? undefined : given[next++]))
  if (next !== given.length) checkCount(namesOf(query), given.length)
  return out
}

function namesOf(query: Query): string[] {
  return query.in.flatMap((input) => {
    switch (input.kind) {
      case 'source':
        return isOwnSource(input.name) ? [] : [input.name]
      case 'rules':
        return ['%']
      case 'name':
        return [input.name]
      default:
        return [input.binding.kind === 'var' ? input.binding.name : `a ${input.binding.kind}`]
    }
  })
}

const isDb = (x: unknown): x is Db => typeof x === 'object' && x !== null && 'schema' in x && 'view' in x

function sourcesOf(query: Query, inputs: readonly unknown[], db: Db | readonly unknown[]): Source[] {
  const out: Source[] = []
  query.in.forEach((input, i) => {
    if (input.kind !== 'source') return
    const given = input.name === '$' ? db : input.name === '$queue' ? queueOf(db) : inputs[i]
    if (isDb(given)) out.push({ kind: 'db', db: given })
    else if (Array.isArray(given)) out.push({ kind: 'tuples', rows: given })
    else if (given instanceof Set || given instanceof Map)
      out.push({ kind: 'tuples', rows: Array.from<unknown>(given) })
    else throw wrongInput(input.name, given, 'a database value or a list of tuples')
  })
  return out
}

const queueOf = (db: Db | readonly unknown[]): readonly unknown[] => (isDb(db) ? (db.queue?.() ?? []) : [])

function sourceInfos(query: Query, sources: readonly Source[]): SourceInfo[] {
  const names = query.in.flatMap((input) => (input.kind === 'source' ? [input.name] : []))
  return sources.map((source, i) => {
    const name = names[i] as string
    return source.kind === 'db' ? { name, kind: 'db', schema: source.db.schema } : { name, kind: 'tuples' }
  })
}

/** The schema of all databases among the sources; null when they differ, undefined when there is none. */
function commonSchema(sources: readonly Source[]): Schema | undefined | null {
  let common: Schema | undefined
  for (const source of sources) {
    if (source.kind !== 'db') continue
    if (common !== undefined && common !== source.db.schema) return null
    common = source.db.schema
  }
  return common
}

import type { Schema } from '../datom/schema.ts'
import type { QueryEnv } from './env.ts'
import type { Program } from './program.ts'
import type { Query, RuleBody } from './syntax.ts'

/** How many entries one generation holds; two generations live. */
const GENERATION = 256

/** Keeps what was used lately: when the young generation is full it becomes the old one, and the old one is forgotten. */
export class Recent<T> {
  #young = new Map<string, T>()
  #old = new Map<string, T>()

  get(key: string): T | undefined {
    const fresh = this.#young.get(key)
    if (fresh !== undefined) return fresh
    const known = this.#old.get(key)
    if (known !== undefined) this.set(key, known)
    return known
  }

  set(key: string, value: T): void {
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }
}

/** A program and what it was resolved against. */
export interface Resolved {
  readonly program: Program
  readonly schema: Schema | undefined
  /** The key of the rules given, and which inputs are lists of tuples. */
  readonly given: string
}

/** A query that was parsed, with its latest programs. */
export interface Parsed {
  readonly query: Query
  readonly programs: Resolved[]
}

export interface PlanCache {
  readonly queries: Recent<Parsed>
  readonly rules: Recent<readonly RuleBody[]>
}

const caches = new WeakMap<QueryEnv, PlanCache>()

/** The cache that belongs to an engine's environment. */
export function planCacheOf(env: QueryEnv): PlanCache {
  let cache = caches.get(env)
  if (cache === undefined) {
    cache = { queries: new Recent(), rules: new Recent() }
    caches.set(env, cache)
  }
  return cache
}

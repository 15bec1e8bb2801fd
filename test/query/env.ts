import type { QueryEnv } from '../../src/query/env.ts'

/** An environment with no functions of its own. */
export const plainEnv = (): QueryEnv => ({
  functions: new Map(),
  aggregates: new Map(),
})

import type { QueryEnv } from '../../src/query/env.ts'
import { pullMany } from '../../src/query/pull/pull.ts'

/** An environment with no functions of its own. */
export const plainEnv = (): QueryEnv => ({
  functions: new Map(),
  aggregates: new Map(),
  pull: (db, pattern, ids) => pullMany(db, pattern, ids, { functions: new Map() }),
})

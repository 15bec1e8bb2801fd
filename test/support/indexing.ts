import type { IndexingOptions } from '../../src/engine/indexer.ts'

/** Nothing is ever merged. */
export const NEVER: IndexingOptions = { novelty: Number.POSITIVE_INFINITY }

/** Merged again and again; what is due later, such as removing old segments, is due at once. */
export const EAGER: IndexingOptions = {
  novelty: 8,
  after: (_, run) => {
    const timer = setTimeout(run, 0)
    return () => clearTimeout(timer)
  },
}

import type fc from 'fast-check'

/** Runs of a property in the default test command; more with ANNALS_RUNS, one failing case again with ANNALS_SEED. */
export const runs = (n: number): fc.Parameters<unknown> => ({
  numRuns: Number(process.env.ANNALS_RUNS ?? n),
  ...(process.env.ANNALS_SEED !== undefined && { seed: Number(process.env.ANNALS_SEED) }),
})

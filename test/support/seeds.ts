import type fc from 'fast-check'

/** Runs of a property in the default test command; more with ANNALS_RUNS, one failing case again with ANNALS_SEED. */
export const runs = (n: number): fc.Parameters<unknown> => ({
  numRuns: Number(process.env.ANNALS_RUNS ?? n),
  ...(process.env.ANNALS_SEED !== undefined && { seed: Number(process.env.ANNALS_SEED) }),
})

/** `n` seeds; ANNALS_RUNS as many instead, ANNALS_SEED that one alone. */
export function seedsOf(n: number): number[] {
  const { ANNALS_SEED, ANNALS_RUNS } = process.env
  if (ANNALS_SEED !== undefined) return [Number(ANNALS_SEED)]
  return Array.from({ length: Number(ANNALS_RUNS ?? n) }, (_, i) => i + 1)
}

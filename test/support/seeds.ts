import type fc from 'fast-check'

/** Of `n` runs so many are enough where ANNALS_SHARE says so: the same tests run in full elsewhere. */
const shareOf = (n: number): number => Math.ceil(n * Number(process.env.ANNALS_SHARE ?? 1))

/** Runs of a property in the default test command; more with ANNALS_RUNS, one failing case again with ANNALS_SEED. */
export const runs = (n: number): fc.Parameters<unknown> => ({
  numRuns: Number(process.env.ANNALS_RUNS ?? shareOf(n)),
  ...(process.env.ANNALS_SEED !== undefined && { seed: Number(process.env.ANNALS_SEED) }),
})

/** Whether properties have all of their runs: what they promise to cover holds then. */
export const isWhole = (): boolean => process.env.ANNALS_RUNS === undefined && process.env.ANNALS_SHARE === undefined

/** `n` seeds; ANNALS_RUNS as many instead, ANNALS_SEED that one alone. */
export function seedsOf(n: number): number[] {
  const { ANNALS_SEED, ANNALS_RUNS } = process.env
  if (ANNALS_SEED !== undefined) return [Number(ANNALS_SEED)]
  return Array.from({ length: Number(ANNALS_RUNS ?? shareOf(n)) }, (_, i) => i + 1)
}

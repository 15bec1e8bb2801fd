/** Seeds of the default test run; more with ANNALS_SEEDS. */
export const SEEDS = Number(process.env.ANNALS_SEEDS ?? 1000)
/** One seed to run alone, with ANNALS_SEED. */
export const ONE = process.env.ANNALS_SEED === undefined ? undefined : Number(process.env.ANNALS_SEED)

/** Milliseconds that so many seeds may take on a machine that has much else to do. */
export const patience = (seeds: number): number => 60_000 + seeds * 1000

/** Numbers from 0 up to 1, the same ones for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let x = Math.imul(state ^ (state >>> 15), state | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
}

/** `n` seeds; ANNALS_RUNS as many instead, ANNALS_SEED that one alone. */
export function seedsOf(n: number): number[] {
  const { ANNALS_SEED, ANNALS_RUNS } = process.env
  if (ANNALS_SEED !== undefined) return [Number(ANNALS_SEED)]
  return Array.from({ length: Number(ANNALS_RUNS ?? n) }, (_, i) => i + 1)
}

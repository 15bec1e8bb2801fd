/** Numbers `0 <= n < 1`: the same sequence for the same seed, everywhere. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let n = Math.imul(state ^ (state >>> 15), state | 1)
    n ^= n + Math.imul(n ^ (n >>> 7), n | 61)
    return ((n ^ (n >>> 14)) >>> 0) / 4294967296
  }
}

/** An integer `0 <= n < limit`. */
export const below = (random: () => number, limit: number): number => Math.floor(random() * limit)

export const pick = <T>(random: () => number, list: readonly T[]): T => list[below(random, list.length)] as T

/** The integers `0 ..< n` in random order. */
export function shuffled(random: () => number, n: number): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = below(random, i + 1)
    const other = order[j] as number
    order[j] = order[i] as number
    order[i] = other
  }
  return order
}

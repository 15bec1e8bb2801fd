import { randomBytes } from '../../../src/base/random-bytes.ts'

/** Numbers 0 ..< 1, the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let x = state
    x = Math.imul(x ^ (x >>> 15), x | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Runs `work` while random bytes (uuids, salts) come from the seed. */
export async function withSeededBytes<T>(seed: number, work: () => Promise<T>): Promise<T> {
  const random = seededRandom(~seed)
  let drawn = false
  const fill = <A extends ArrayBufferView | null>(array: A): A => {
    drawn = true
    const bytes = array as unknown as Uint8Array
    for (let i = 0; i < bytes.length; i++) bytes[i] = random() * 256
    return array
  }
  Object.defineProperty(crypto, 'getRandomValues', { configurable: true, value: fill })
  try {
    while (!drawn) randomBytes(16) // what is left of what was drawn before is of another seed
    return await work()
  } finally {
    Reflect.deleteProperty(crypto, 'getRandomValues')
  }
}

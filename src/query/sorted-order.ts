import { countingColumn } from './column.ts'

const MAX_EXACT = 2 ** 53
const OFFSET = 2 ** 31

/** The places of `keys` in ascending order of key, equal ones in their order. */
export function sortedOrder(keys: Int32Array): Int32Array {
  const n = keys.length
  if (n * 2 ** 32 >= MAX_EXACT) {
    return countingColumn(n).sort((i, j) => (keys[i] as number) - (keys[j] as number) || i - j)
  }
  // key and place in one exact double each: sorting numbers needs no comparator
  const pairs = new Float64Array(n)
  for (let i = 0; i < n; i++) pairs[i] = ((keys[i] as number) + OFFSET) * n + i
  pairs.sort()
  const out = new Int32Array(n)
  for (let k = 0; k < n; k++) out[k] = (pairs[k] as number) % n
  return out
}

import { RowSet } from './row-set.ts'

export interface Groups {
  /** By row: its group. */
  readonly of: Int32Array
  /** By group: its first row. */
  readonly firsts: readonly number[]
}

/** How many times sparser than the rows the codes of one column may be to be addressed directly. */
const SPARSENESS = 16
const SMALL_TABLE = 64

/** Groups `length` rows by columns of codes; groups are numbered as they come. */
export function groupRows(keys: readonly Int32Array[], length: number): Groups {
  const [only, more] = keys
  return (only !== undefined && more === undefined ? groupDense(only) : undefined) ?? groupAny(keys, length)
}

function groupAny(keys: readonly Int32Array[], length: number): Groups {
  const of = new Int32Array(length)
  const firsts: number[] = []
  const set = new RowSet(keys.length)
  for (let row = 0; row < length; row++) {
    const group = set.numberOf(keys, row)
    if (group === firsts.length) firsts.push(row)
    of[row] = group
  }
  return { of, firsts }
}

/** By one column whose codes lie close together; undefined where they do not. */
function groupDense(codes: Int32Array): Groups | undefined {
  const n = codes.length
  let min = 2 ** 31
  let max = -(2 ** 31)
  for (let row = 0; row < n; row++) {
    const code = codes[row] as number
    if (code < min) min = code
    if (code > max) max = code
  }
  if (max - min >= n * SPARSENESS + SMALL_TABLE) return undefined
  const of = new Int32Array(n)
  const firsts: number[] = []
  /** Group + 1 by code - min. */
  const known = new Int32Array(n === 0 ? 0 : max - min + 1)
  for (let row = 0; row < n; row++) {
    const at = (codes[row] as number) - min
    let group = known[at] as number
    if (group === 0) {
      firsts.push(row)
      group = firsts.length
      known[at] = group
    }
    of[row] = group - 1
  }
  return { of, firsts }
}

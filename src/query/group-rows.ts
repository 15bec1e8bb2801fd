import type { Codes } from './codes.ts'
import type { Column } from './column.ts'
import { RowSet } from './row-set.ts'

export interface Groups {
  /** By row: its group. */
  readonly of: Int32Array
  /** By group: its first row. */
  readonly firsts: readonly number[]
}

/** How many times sparser than the rows groups and codes may be to be addressed directly. */
const SPARSENESS = 16
const SMALL_TABLE = 64

/** Groups `length` rows by columns; groups are numbered as they come. */
export function groupRows(columns: readonly Column[], length: number, codes: Codes): Groups {
  let groups = inOneGroup(length)
  for (const column of columns) if (groups.firsts.length < length) groups = split(groups, codes.ofColumn(column))
  return groups
}

export const groupCodes = (codes: Int32Array): Groups => split(inOneGroup(codes.length), codes)

const inOneGroup = (length: number): Groups => ({ of: new Int32Array(length), firsts: length === 0 ? [] : [0] })

const split = (groups: Groups, codes: Int32Array): Groups => splitDense(groups, codes) ?? splitAny(groups, codes)

function splitAny({ of: groups }: Groups, codes: Int32Array): Groups {
  const keys = [groups, codes]
  const of = new Int32Array(codes.length)
  const firsts: number[] = []
  const set = new RowSet(keys.length)
  for (let row = 0; row < codes.length; row++) {
    const group = set.numberOf(keys, row)
    if (group === firsts.length) firsts.push(row)
    of[row] = group
  }
  return { of, firsts }
}

/** By codes that lie close together; undefined where they do not. */
function splitDense(groups: Groups, codes: Int32Array): Groups | undefined {
  const n = codes.length
  let min = 2 ** 31
  let max = -(2 ** 31)
  for (let row = 0; row < n; row++) {
    const code = codes[row] as number
    if (code < min) min = code
    if (code > max) max = code
  }
  const width = max - min + 1
  const size = width * groups.firsts.length
  if (size > n * SPARSENESS + SMALL_TABLE) return undefined
  const of = new Int32Array(n)
  const firsts: number[] = []
  /** Group + 1 by group before and code - min. */
  const known = new Int32Array(size)
  for (let row = 0; row < n; row++) {
    const at = (groups.of[row] as number) * width + (codes[row] as number) - min
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

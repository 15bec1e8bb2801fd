import type { Part } from './part.ts'
import type { Rows } from './rows.ts'

/** A part that is at least so much of its leaf or segment is worth knowing the times of all of that. */
const WHOLE_SHARE = 4

export const isWorthTimes = ({ rows, start, end }: Part): boolean => (end - start) * WHOLE_SHARE >= rows.length

/** Between which transactions the rows of a leaf or segment lie. */
export interface RowTimes {
  readonly leastTx: number
  readonly greatestTx: number
  /** The first and the latest end of an interval; no end in the present. */
  readonly leastTo: number
  readonly greatestTo: number
}

const known = new WeakMap<Rows, RowTimes>()

/** The times of `rows`, looked for once as rows never change. */
export function timesOf(rows: Rows): RowTimes {
  const found = known.get(rows)
  if (found !== undefined) return found
  const times = lookFor(rows)
  known.set(rows, times)
  return times
}

function lookFor({ tx, to = NONE }: Rows): RowTimes {
  const [leastTx, greatestTx] = boundsOf(tx)
  const [leastTo, greatestTo] = boundsOf(to)
  return { leastTx, greatestTx, leastTo, greatestTo }
}

const NONE = new Int32Array(0)

/** The least and the greatest; a greatest below the least where there are none. */
function boundsOf(times: Int32Array): [number, number] {
  let least = 2 ** 31 - 1
  let greatest = 0
  for (let i = 0; i < times.length; i++) {
    const t = times[i] as number
    if (t < least) least = t
    if (t > greatest) greatest = t
  }
  return [least, greatest]
}

import type { Rows } from './rows.ts'

/** Between which transactions the rows of a leaf or segment lie. */
export interface RowTimes {
  readonly leastTx: number
  readonly greatestTx: number
  /** The latest end of an interval; 0 in the present. */
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

function lookFor({ length, tx, to }: Rows): RowTimes {
  let leastTx = 2 ** 31 - 1
  let greatestTx = 0
  let greatestTo = 0
  for (let i = 0; i < length; i++) {
    const t = tx[i] as number
    if (t < leastTx) leastTx = t
    if (t > greatestTx) greatestTx = t
  }
  if (to !== undefined)
    for (let i = 0; i < length; i++) if ((to[i] as number) > greatestTo) greatestTo = to[i] as number
  return { leastTx, greatestTx, greatestTo }
}

import type { TxData } from '../datom/tx-data.ts'
import type { ReadLog } from '../db/db.ts'
import { comparePlace, type Index, type Place } from '../db/index-order.ts'
import type { Rows } from '../db/rows.ts'

interface ReadRange {
  readonly index: Index
  readonly from: Place
  readonly to: Place
}

/** A question that read more ranges is better told by its attributes: looking through all of them takes as long as an answer. */
const MOST = 512

/** The ranges that a live question read: a change that says nothing in any of them cannot change its answer. */
export class LiveReads implements ReadLog {
  private ranges: ReadRange[] | undefined = []

  note(index: Index, from: Place, to: Place): void {
    if (this.ranges === undefined) return
    if (this.ranges.length === MOST) this.ranges = undefined
    else this.ranges.push({ index, from, to })
  }

  /** Whether any of these facts lies in what was read; true where that was too much to be kept. */
  meets(changes: readonly TxData[]): boolean {
    const { ranges } = this
    return ranges === undefined || changes.some((data) => ranges.some((range) => liesIn(data, range)))
  }
}

function liesIn(data: TxData, { index, from, to }: ReadRange): boolean {
  const compare = comparePlace[index]
  // places of ranges name no transaction, and a comparison reads only what they name
  const rows = data as unknown as Rows
  for (let i = 0; i < data.length; i++) {
    if (index === 'vaet' && typeof data.v[i] !== 'number') continue
    if (compare(rows, i, from) >= 0 && compare(rows, i, to) <= 0) return true
  }
  return false
}

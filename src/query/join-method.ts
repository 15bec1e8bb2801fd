import type { Whereabouts } from '../db/scan.ts'

export type JoinMethod = 'lookup' | 'merge' | 'sort-merge' | 'seek' | 'hash'

/*
 * Costs in nanoseconds, measured on batches in memory. A lookup descends a tree twice; a scanned row is tested and probed; a
 * merged row is found by skipping; a leaf is lent.
 */
const LOOKUP = 1000
const SCANNED_ROW = 8
const HASHED_ROW = 15
const MERGED_ROW = 12
/** Texts are compared, and hashed, a character after the other. */
const SCANNED_TEXT = 40
const SOUGHT_TEXT = 300
const SORTED_ROW = 70
const LENT_LEAF = 60
/** Of a range whose rows are put together from what holds and what has changed or held. */
const COPIED_ROW = 2
const COPIED_LOOKUP = 4000
const LEAF_ROWS = 400
const FIXED = 300
/** Ranges up to so many rows are a few segments at most: reading them whole is no loss even when they are not in memory. */
const SMALL_RANGE = 16_384
/** Beyond, reading a range must save so many lookups a row, for its segments may have to be fetched. */
const ROWS_PER_LOOKUP = 256

/** Rows that are to be joined with a range. */
export interface Join {
  readonly rows: number
  readonly range: number
  /** Where the range lies. */
  readonly whereabouts: Whereabouts
  /** By a column of entities, by which the range ascends. */
  readonly byEntity: boolean
  /** The rows do so too. */
  readonly sorted: boolean
  readonly canLookUp: boolean
  /** By a column of texts, and the range can be had in their order. */
  readonly canSeek: boolean
}

/** How to join most cheaply, and what that costs in nanoseconds. */
export function bestJoin(join: Join): readonly [JoinMethod, number] {
  const { rows, range, whereabouts, byEntity, sorted, canLookUp, canSeek } = join
  const isSmall = whereabouts !== 'stored' || range <= SMALL_RANGE || rows * ROWS_PER_LOOKUP >= range
  const leaves = FIXED + (range / LEAF_ROWS + 2) * LENT_LEAF + (whereabouts === 'lent' ? 0 : range * COPIED_ROW)
  const ways: [JoinMethod, number][] = [
    ['hash', leaves + range * (canSeek ? SCANNED_TEXT : SCANNED_ROW) + rows * HASHED_ROW],
  ]
  if (isSmall || !canLookUp) {
    if (canSeek) ways.push(['seek', leaves + rows * SOUGHT_TEXT])
    const merged = leaves + Math.min(rows, range) * MERGED_ROW
    if (byEntity) ways.push(sorted ? ['merge', merged] : ['sort-merge', merged + rows * SORTED_ROW])
  }
  if (canLookUp) ways.push(['lookup', rows * (whereabouts === 'merged' ? COPIED_LOOKUP : LOOKUP)])
  return ways.reduce((best, way) => (way[1] <= best[1] ? way : best))
}

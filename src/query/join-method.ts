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

const NEVER = Number.POSITIVE_INFINITY

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

interface Costs {
  readonly lookup: number
  readonly merge: number
  readonly seek: number
  readonly hash: number
}

function costs({ rows, range, whereabouts, byEntity, sorted, canLookUp, canSeek }: Join): Costs {
  const isSmall = whereabouts !== 'stored' || range <= SMALL_RANGE || rows * ROWS_PER_LOOKUP >= range
  const lookup = canLookUp ? rows * (whereabouts === 'merged' ? COPIED_LOOKUP : LOOKUP) : NEVER
  if (canLookUp && !isSmall) return { lookup, merge: NEVER, seek: NEVER, hash: NEVER }
  const leaves = (range / LEAF_ROWS + 2) * LENT_LEAF + (whereabouts === 'lent' ? 0 : range * COPIED_ROW)
  const hash = FIXED + leaves + range * (canSeek ? SCANNED_TEXT : SCANNED_ROW) + rows * HASHED_ROW
  const merged = Math.min(rows, range) * MERGED_ROW + (sorted ? 0 : rows * SORTED_ROW)
  return {
    lookup,
    merge: byEntity ? FIXED + leaves + merged : NEVER,
    seek: canSeek ? FIXED + leaves + rows * SOUGHT_TEXT : NEVER,
    hash,
  }
}

/** How to join most cheaply. */
export function chooseMethod(join: Join): JoinMethod {
  const { lookup, merge, seek } = costs(join)
  const least = joinCost(join)
  if (lookup === least) return 'lookup'
  if (merge === least) return join.sorted ? 'merge' : 'sort-merge'
  return seek === least ? 'seek' : 'hash'
}

/** The cost in nanoseconds of the method that {@link chooseMethod} chooses. */
export function joinCost(join: Join): number {
  const { lookup, merge, seek, hash } = costs(join)
  return Math.min(lookup, merge, seek, hash)
}

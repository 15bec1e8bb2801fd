import type { Db } from '../../db/db.ts'
import type { Scan } from '../../db/scan.ts'
import { scan } from '../../db/view.ts'
import { Cursor } from './cursor.ts'
import type { PullPlan, Track } from './plan.ts'

/**
 * One pass over the facts of the entities of a level, in the order of their ids, for the specs of one track: either each
 * entity has its own scan, or one scan spans them all.
 */
export class Lane {
  readonly cursor: Cursor
  readonly #each: boolean
  #place = -1

  constructor(
    /** undefined reads every attribute, for a wildcard. */
    readonly track: Track | undefined,
    readonly scans: readonly Scan[],
    spans: boolean,
    backward: boolean,
  ) {
    this.cursor = new Cursor(backward)
    this.#each = !spans
  }

  /** Makes the cursor ready for the entity of that place in the level. Requires: places never decrease, scans are loaded. */
  open(place: number): void {
    if (place === this.#place) {
      this.cursor.goBack()
      return
    }
    if (this.#each || this.#place === -1) this.cursor.reset((this.scans[this.#each ? place : 0] as Scan).batches())
    this.cursor.mark()
    this.#place = place
  }
}

/** Rows for each entity up to which one scan across all of them is better than a scan for each. */
const SPAN_ROWS = 64
/** Rows for each entity from which wanted attributes that lie far apart are scanned one by one. */
const WIDE_ROWS = 256

/**
 * How the facts that `plan` needs of `entities` (ascending, distinct) are best read. Decided by counting rows in the
 * indexes, which reads nothing: one scan of each attribute across the entities, one across all their facts, one for each
 * entity, or one for each entity and attribute.
 */
export function lanesOf(db: Db, plan: PullPlan, entities: readonly number[]): Lane[] {
  const lanes: Lane[] = []
  if (plan.wildcard || plan.forward.length > 0) addForward(db, plan, entities, lanes)
  for (const track of plan.backward) addBackward(db, track, entities, lanes)
  return lanes
}

function addForward(db: Db, plan: PullPlan, entities: readonly number[], lanes: Lane[]): void {
  const n = entities.length
  const lo = entities[0] as number
  const hi = entities[n - 1] as number
  const all = n > 1 ? scan(db, 'eavt', { e: lo }, { e: hi }) : undefined
  const spans = all !== undefined && all.count <= n * SPAN_ROWS
  if (plan.wildcard) {
    const scans = spans ? [all] : entities.map((e) => scan(db, 'eavt', { e }))
    lanes.push(new Lane(undefined, scans, spans, false))
    for (const track of plan.forward) lanes.push(new Lane(track, scans, spans, false))
    return
  }
  for (const track of plan.forward) {
    const columns = all === undefined ? undefined : columnsOf(db, track, lo, hi, Math.min(all.count / 2, n * SPAN_ROWS))
    if (columns !== undefined) addEachAttribute(track, (i) => [columns[i] as Scan], true, lanes)
    else if (spans) lanes.push(new Lane(track, [all], true, false))
    else addEachEntity(db, track, entities, lanes)
  }
}

/** One scan of each attribute from entity `lo` to `hi`, if they have at most `limit` rows together. */
function columnsOf(db: Db, { attributes }: Track, lo: number, hi: number, limit: number): Scan[] | undefined {
  let rows = 0
  const scans: Scan[] = []
  for (const a of attributes) {
    const found = scan(db, 'aevt', { a, e: lo }, { a, e: hi })
    rows += found.count
    if (rows > limit) return undefined
    scans.push(found)
  }
  return scans
}

function addEachEntity(db: Db, track: Track, entities: readonly number[], lanes: Lane[]): void {
  const { attributes } = track
  const first = attributes[0] as number
  const last = attributes[attributes.length - 1] as number
  const scans = entities.map((e) => scan(db, 'eavt', { e, a: first }, { e, a: last }))
  const rows = scans.reduce((sum, { count }) => sum + count, 0)
  if (attributes.length === 1 || rows <= entities.length * WIDE_ROWS) lanes.push(new Lane(track, scans, false, false))
  else
    addEachAttribute(
      track,
      (i) => entities.map((e) => scan(db, 'eavt', { e, a: attributes[i] as number })),
      false,
      lanes,
    )
}

function addEachAttribute(
  { attributes, places }: Track,
  scansOf: (i: number) => readonly Scan[],
  spans: boolean,
  lanes: Lane[],
): void {
  attributes.forEach((a, i) => {
    lanes.push(new Lane({ attributes: [a], places: [places[i] as number] }, scansOf(i), spans, false))
  })
}

function addBackward(db: Db, track: Track, entities: readonly number[], lanes: Lane[]): void {
  const n = entities.length
  const all = n > 1 ? scan(db, 'vaet', { v: entities[0] as number }, { v: entities[n - 1] as number }) : undefined
  if (all !== undefined && all.count <= n * SPAN_ROWS) {
    lanes.push(new Lane(track, [all], true, true))
    return
  }
  track.attributes.forEach((a, i) => {
    const scans = entities.map((v) => scan(db, 'vaet', { v, a }))
    lanes.push(new Lane({ attributes: [a], places: [track.places[i] as number] }, scans, false, true))
  })
}

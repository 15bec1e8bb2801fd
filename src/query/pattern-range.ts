import { type Attribute, isInAvet } from '../datom/schema.ts'
import { unifyKey, type Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import type { Index, Place as IndexPlace } from '../db/index-order.ts'
import type { Scan } from '../db/scan.ts'
import { isInt32 } from '../db/values.ts'
import { scan } from '../db/view.ts'
import type { Pushed } from './pushdown.ts'
import { dbOf, type Run } from './run.ts'
import { type PatternStep, PLACES, Place } from './step.ts'

/** Known values by place: entity, attribute, value, transaction, operation. */
export type PlaceValues = readonly (Value | undefined)[]

/** The part of an index that known values leave, and which of the places it takes care of. */
export interface Range {
  readonly index: Index
  readonly at: IndexPlace
  /** A bit for each place. */
  readonly covers: number
}

const E = 1 << Place.e
const A = 1 << Place.a
const V = 1 << Place.v

/** The narrowest range for the known values. Entities and attributes among them must be ids. */
export function rangeFor(step: PatternStep, known: PlaceValues): Range {
  const e = known[Place.e] as number | undefined
  const a = known[Place.a] as number | undefined
  const v = known[Place.v]
  if (e !== undefined) {
    if (a === undefined) return { index: 'eavt', at: { e }, covers: E }
    if (v === undefined) return { index: 'eavt', at: { e, a }, covers: E | A }
    return { index: 'eavt', at: { e, a, v }, covers: E | A | V }
  }
  if (a === undefined) return { index: 'eavt', at: {}, covers: 0 }
  const { attribute } = step
  if (v !== undefined && attribute !== undefined) {
    if (isInAvet(attribute)) return { index: 'avet', at: { a, v }, covers: A | V }
    if (attribute.type === 'ref') return { index: 'vaet', at: { v, a }, covers: A | V }
  }
  return { index: 'aevt', at: { a }, covers: A }
}

/** Whether values of the pattern's attribute can be looked up. */
export const canLookUpValue = (step: PatternStep): boolean =>
  step.attribute !== undefined && (isInAvet(step.attribute) || step.attribute.type === 'ref')

/** Whether nothing but the attribute is known of a pattern, whose values are texts and indexed. */
export const canSeekText = (run: Run, step: PatternStep): boolean =>
  step.attribute !== undefined &&
  isInAvet(step.attribute) &&
  !NO_TEXT.test(step.attribute.type) &&
  rangeFor(step, constantsOf(run, step)).index === 'aevt'
const NO_TEXT = /boolean|long|double|big|ref/

/** The rows of the pattern's attribute with values from `lo` to `hi`, in their order. Requires: they are indexed. */
export function scanByValue(run: Run, { attribute, source }: PatternStep, lo?: Value, hi?: Value): Scan {
  const { id: a } = attribute as Attribute
  return scan(dbOf(run, source), 'avet', { a, v: lo }, { a, v: hi })
}

const NOTHING: Scan = { count: 0, whereabouts: 'lent', load: () => undefined, batches: () => [] }

const isId = (x: Value | undefined): boolean => x === undefined || isInt32(x)

/** The rows of a range. A value in the place of an id that is no small integer, by whatever type, leaves none. */
export function scanRange(db: Db, { index, at }: Range): Scan {
  const { e, a, v } = at
  if (isId(e) && isId(a) && (index !== 'vaet' || isId(v))) return scan(db, index, at)
  const id = (x: Value | undefined): number | undefined => (x === undefined ? undefined : (unifyKey(x) as number))
  const exact = { e: id(e), a: id(a), v: index === 'vaet' ? id(v) : v }
  return isId(exact.e) && isId(exact.a) && (index !== 'vaet' || isId(exact.v)) ? scan(db, index, exact) : NOTHING
}

/** The constants of a pattern by place, inputs included. */
export function constantsOf(run: Run, step: PatternStep): PlaceValues {
  if (!step.varies) return step.values
  const known = run.known.get(step)
  if (known !== undefined) return known
  const found = findConstants(run, step)
  run.known.set(step, found)
  return found
}

function findConstants(run: Run, step: PatternStep): PlaceValues {
  const out: (Value | undefined)[] = []
  for (let place = 0; place < PLACES; place++) {
    const slot = step.at[place] as number
    out.push(slot === -1 ? step.values[place] : run.constants[slot])
  }
  return out
}

/** The rows that agree with the constants of a pattern, as far as an index can tell. */
export function constantScan(run: Run, step: PatternStep): Scan {
  const known = run.scans.get(step)
  if (known !== undefined) return known
  const found = scanRange(dbOf(run, step.source), rangeFor(step, constantsOf(run, step)))
  run.scans.set(step, found)
  return found
}

/** A narrower range where a predicate was pushed and the values are indexed; undefined when the plain one is as good. */
export function rangeByValue(run: Run, step: PatternStep, pushed: readonly Pushed[]): Scan | undefined {
  const { attribute } = step
  if (attribute === undefined || !isInAvet(attribute) || rangeFor(step, constantsOf(run, step)).index !== 'aevt')
    return undefined
  let lo: Value | undefined
  let hi: Value | undefined
  for (const p of pushed) {
    if (step.at.indexOf(p.slot) !== Place.v) continue
    // what refuses other values has to meet them
    if (!p.isTotal && attribute.type !== 'string') continue
    lo = p.from ?? lo
    hi = p.to ?? hi
  }
  if (lo === undefined && hi === undefined) return undefined
  const found = scanByValue(run, step, lo, hi)
  return found.count * 4 < constantScan(run, step).count ? found : undefined
}

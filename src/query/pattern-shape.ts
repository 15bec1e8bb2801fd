import { isNumeric } from '../datom/decimal.ts'
import { seesPast } from '../db/view.ts'
import type { Dependencies } from './dependencies.ts'
import type { Bound } from './pair-buffer.ts'
import type { Out } from './pair-sink.ts'
import { constantsOf, type PlaceValues } from './pattern-range.ts'
import type { Pushed } from './pushdown.ts'
import { columnOf, type Relation } from './relation.ts'
import type { IntRange, RowTest } from './row-tests.ts'
import { dbOf, type Run } from './run.ts'
import { type PatternStep, PLACES, Place } from './step.ts'

/** What a pattern means once some of its variables have values. */
export interface Shape {
  readonly known: PlaceValues
  readonly bound: readonly Bound[]
  readonly outs: readonly Out[]
  /** Places that must agree with each other because one new variable stands in both. */
  readonly same: readonly RowTest[]
}

/** `wanted`: whether anything after this step asks for the slot. */
export function shapeOf(run: Run, step: PatternStep, r: Relation, wanted: (slot: number) => boolean): Shape {
  const known = constantsOf(run, step)
  const bound: Bound[] = []
  const outs: Out[] = []
  const same: RowTest[] = []
  for (let place = 0; place < PLACES; place++) {
    const slot = step.at[place] as number
    if (slot === -1 || known[place] !== undefined) continue
    const column = columnOf(r, slot)
    const first = step.at.indexOf(slot)
    if (column !== undefined) bound.push({ place, column })
    else if (first < place) same.push({ kind: 'same', place, other: first })
    else if (wanted(slot)) outs.push({ place, slot })
  }
  return { known, bound, outs, same }
}

/** Conditions on a pattern's rows: constants that the range does not cover, pushed predicates, repeated variables. */
export function testsOf(
  run: Run,
  step: PatternStep,
  shape: Shape,
  covers: number,
  pushed: readonly Pushed[],
): RowTest[] {
  const tests: RowTest[] = []
  for (let place = 0; place < PLACES; place++) {
    const value = shape.known[place]
    if (value === undefined || (covers & (1 << place)) !== 0) continue
    const ints = intRangeOf({ from: value, to: value, test: (v) => v === value })
    tests.push({ ...ints, kind: 'equal', place, value, mixed: run.mixed && place === Place.v && isNumeric(value) })
  }
  for (const p of pushed) {
    const place = step.at.indexOf(p.slot)
    if (place !== -1) tests.push({ ...intRangeOf(p), kind: 'test', place, test: p.test })
  }
  return tests.concat(shape.same)
}

/** Which 32-bit integers a comparison with a number lets pass. */
function intRangeOf({ from, to, test }: Pick<Pushed, 'from' | 'to' | 'test'>): { readonly ints?: IntRange } {
  if (typeof (from ?? to) !== 'number') return {}
  let least = Math.max(-(2 ** 31), from === undefined ? Number.NEGATIVE_INFINITY : Math.ceil(from as number))
  let greatest = Math.min(2 ** 31 - 1, to === undefined ? Number.POSITIVE_INFINITY : Math.floor(to as number))
  if (!test(least)) least++
  if (!test(greatest)) greatest--
  return { ints: least <= greatest ? { least, greatest } : NO_INTS }
}

const NO_INTS: IntRange = { least: 1, greatest: 0 }

/** The places that a shape gives values to, as bits. */
export function placesOf(shape: Shape): number {
  let bits = 0
  for (let place = 0; place < PLACES; place++) if (shape.known[place] !== undefined) bits |= 1 << place
  for (const { place } of shape.bound) bits |= 1 << place
  for (const { place } of shape.outs) bits |= 1 << place
  return bits
}

const ALL_PLACES = (1 << PLACES) - 1

/** The attribute of a pattern, where its cardinality and uniqueness hold: what is one today may have been several in the past. */
const strictAttribute = (run: Run, { source, attribute }: PatternStep): PatternStep['attribute'] =>
  seesPast(dbOf(run, source).view) ? undefined : attribute

/** Whether rows of the pattern that agree in the given places (bits) are one row. */
export function isKey(run: Run, step: PatternStep, places: number): boolean {
  const has = (place: number): boolean => (places & (1 << place)) !== 0
  if (dbOf(run, step.source).view.history) return places === ALL_PLACES
  if (!has(Place.a)) return false
  const attribute = strictAttribute(run, step)
  if (has(Place.e) && (has(Place.v) || attribute?.many === false)) return true
  return has(Place.v) && attribute?.unique !== undefined
}

/** Notes which of the pattern's variables settle which. */
export function noteDependencies(run: Run, step: PatternStep, into: Dependencies): void {
  const attribute = strictAttribute(run, step)
  if (attribute === undefined) return
  const slotsAt = (place: number): number[] => {
    const slot = step.at[place] as number
    return slot === -1 || run.constants[slot] !== undefined ? [] : [slot]
  }
  const isGiven = (place: number): boolean => (step.at[place] as number) !== -1 || step.values[place] !== undefined
  if (!isGiven(Place.e)) return
  const entity = slotsAt(Place.e)
  const value = slotsAt(Place.v)
  if (!attribute.many) for (const slot of value) into.add(entity, slot)
  if (attribute.unique !== undefined && isGiven(Place.v)) for (const slot of entity) into.add(value, slot)
  if (!attribute.many) for (const slot of slotsAt(Place.tx)) into.add(entity, slot)
  else if (isGiven(Place.v)) for (const slot of slotsAt(Place.tx)) into.add([...entity, ...value], slot)
}

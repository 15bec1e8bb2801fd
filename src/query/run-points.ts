import { showValue } from '../datom/show-value.ts'
import { sameValue, type Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import { readSlot } from './inputs.ts'
import type { Limits } from './limits.ts'
import { NOT_AT_HAND } from './not-at-hand.ts'
import { type PlaceValues, rangeFor, scanRange } from './pattern-range.ts'
import type { Prepared } from './prepare.ts'
import type { Program } from './program.ts'
import type { Source } from './run.ts'
import { shapeRow } from './shape-result.ts'
import { type PatternStep, Place } from './step.ts'

/** By slot; undefined as long as nothing gave it a value. */
export type SlotValues = (Value | undefined)[]

/**
 * The answer of a query that looks at one fact after another (`Program.points`), where these are in memory. Throws what running it
 * in the general way throws.
 */
export function runPoints({ program, sources, inputs }: Prepared, limits: Limits): unknown {
  const { points } = program
  if (points === undefined) return NOT_AT_HAND
  const values = givenValues(program, sources, inputs)
  if (values === NOT_AT_HAND) return NOT_AT_HAND
  const holds = bindFacts(points, sources, values, limits)
  if (holds === NOT_AT_HAND) return NOT_AT_HAND
  if (!holds) return shapeRow(program.query.find, undefined)
  const cells: unknown[] = []
  for (let i = 0; i < program.query.find.elements.length; i++) {
    cells.push(showValue(values[program.found[i] as number] as Value))
  }
  return shapeRow(program.query.find, cells)
}

/** Whether each of `points` holds for a fact that agrees with `values`, to which they add theirs. */
export function bindFacts(
  points: readonly PatternStep[],
  sources: readonly Source[],
  values: SlotValues,
  limits: Limits,
): boolean | typeof NOT_AT_HAND {
  for (const step of points) {
    const { db } = sources[step.source] as Source & { readonly kind: 'db' }
    if (db.view.history) return NOT_AT_HAND
    limits.checkTime(step.form)
    const holds = bindFact(db, step, values)
    if (holds !== true) return holds
    limits.checkRows(1, step.form)
  }
  return true
}

/** What is known before anything is read. */
export function givenValues(
  program: Program,
  sources: readonly Source[],
  given: readonly unknown[],
): SlotValues | typeof NOT_AT_HAND {
  const values: SlotValues = []
  const read = (slot: number, raw: unknown): boolean => {
    const value = readSlot(program, sources, slot, raw)
    if (value instanceof Promise) {
      value.catch(() => undefined) // it is asked for again
      return false
    }
    values[slot] = value
    return true
  }
  for (const { slot, raw } of program.constants) if (!read(slot, raw)) return NOT_AT_HAND
  for (let i = 0; i < program.inputs.length; i++) {
    const binding = program.inputs[i]
    if (binding?.kind === 'slot' && binding.slot !== -1 && !read(binding.slot, given[i])) return NOT_AT_HAND
  }
  return values
}

/**
 * Whether the one fact that a pattern can hold for is there and agrees with `values`, to which it adds its own. In the past there may be
 * several, of an attribute that has become one or unique since.
 */
function bindFact(db: Db, step: PatternStep, values: SlotValues): boolean | typeof NOT_AT_HAND {
  const range = rangeFor(step, knownPlaces(step, values))
  let found = scanRange(db, range)
  // what an entity says of an attribute lies in two indexes
  if (found.whereabouts === 'stored' && range.index === 'eavt') found = scanRange(db, { ...range, index: 'aevt' })
  if (found.whereabouts === 'stored') return NOT_AT_HAND
  const [b, more] = found.batches()
  if (more !== undefined || (b !== undefined && b.end - b.start > 1)) return NOT_AT_HAND
  return (
    b !== undefined &&
    bindPlace(step, Place.e, b.e[b.start] as number, values) &&
    bindPlace(step, Place.v, b.v[b.start] as Value, values) &&
    bindPlace(step, Place.tx, b.tx[b.start] as number, values)
  )
}

const knownPlaces = (step: PatternStep, values: SlotValues): PlaceValues => [
  knownAt(step, Place.e, values),
  step.values[Place.a],
  knownAt(step, Place.v, values),
]

function knownAt({ at, values: constants }: PatternStep, place: number, values: SlotValues): Value | undefined {
  const slot = at[place] as number
  return slot === -1 ? constants[place] : values[slot]
}

/** Gives `x` to the variable in a place of a pattern; false where that, or a constant there, has another value. */
function bindPlace(step: PatternStep, place: number, x: Value, values: SlotValues): boolean {
  const known = knownAt(step, place, values)
  if (known !== undefined) return sameValue(known, x)
  const slot = step.at[place] as number
  if (slot !== -1) values[slot] = x
  return true
}

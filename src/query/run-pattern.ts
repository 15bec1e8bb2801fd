import type { Dependencies } from './dependencies.ts'
import type { Flow } from './flow.ts'
import { hashByPlace } from './hash-join.ts'
import { joinBy, keyOf } from './join-key.ts'
import { bestJoin, type JoinMethod } from './join-method.ts'
import { lookUpRows } from './lookup-join.ts'
import { mergeByEntity } from './merge-join.ts'
import { type Bound, PairBuffer } from './pair-buffer.ts'
import { MarkSink, RowSink } from './pair-sink.ts'
import { constantScan, type PlaceValues, rangeByValue, rangeFor, scanByValue } from './pattern-range.ts'
import { relationOf } from './pattern-scan.ts'
import { isKey, placesOf, type Shape, shapeOf, testsOf } from './pattern-shape.ts'
import type { Pushed } from './pushdown.ts'
import { dropColumns, pickMarked, type Relation, UNIT } from './relation.ts'
import type { Run } from './run.ts'
import { seekByText } from './seek-join.ts'
import { sortedOrder } from './sorted-order.ts'
import { type PatternStep, Place } from './step.ts'

export type Wanted = (slot: number) => boolean

/** The relation of a pattern on its own. */
export function* scanPattern(run: Run, step: PatternStep, wanted: Wanted, pushed: readonly Pushed[]): Flow<Relation> {
  const shape = shapeOf(run, step, UNIT, wanted)
  const range = rangeFor(step, shape.known)
  const narrow = rangeByValue(run, step, pushed)
  const found = narrow ?? constantScan(run, step)
  const loading = found.load()
  if (loading !== undefined) yield loading
  const tests = testsOf(run, step, shape, range.covers, pushed)
  const byEntity = narrow === undefined && shape.known[Place.e] === undefined
  const relation = relationOf(found.batches(), tests, shape.outs, step, run.limits)
  const distinct = relation.length <= 1 || isKey(run, step, placesOf(shape))
  const entity = step.at[Place.e] as number
  return { ...relation, sorted: byEntity && relation.slots.includes(entity) ? entity : -1, distinct }
}

/**
 * `r` joined with a pattern that shares variables with it. Where nothing new is wanted from the pattern, a row that matches
 * stays as it is, once.
 */
export function* joinPattern(
  run: Run,
  step: PatternStep,
  r: Relation,
  wanted: Wanted,
  pushed: readonly Pushed[],
  dependencies: Dependencies,
): Flow<Relation> {
  const shape = shapeOf(run, step, r, wanted)
  if (shape.outs.length === 0) {
    const marks = new MarkSink(r.length)
    yield* match(run, step, r, shape, pushed, marks)
    return pickMarked(r, marks.marks, 1)
  }
  const kept = r.slots.filter(wanted)
  const dropped = r.slots.filter((slot) => !wanted(slot))
  const sink = new RowSink(dropColumns(r, kept, false), shape.outs)
  const sorted = yield* match(run, step, r, shape, pushed, sink)
  const settled = (): boolean => dependencies.settles([...kept, ...shape.outs.map((out) => out.slot)], dropped)
  return sink.done(sorted, r.distinct && isKey(run, step, placesOf(shape)) && settled())
}

/** Which rows of `r` match a pattern, one mark for each. */
export function* markPattern(run: Run, step: PatternStep, r: Relation): Flow<Uint8Array> {
  const marks = new MarkSink(r.length)
  yield* match(
    run,
    step,
    r,
    shapeOf(run, step, r, () => false),
    [],
    marks,
  )
  return marks.marks
}

/** Finds the matches of `r`'s rows; the slot by which they ascend, or -1. */
function* match(
  run: Run,
  step: PatternStep,
  r: Relation,
  shape: Shape,
  pushed: readonly Pushed[],
  sink: RowSink | MarkSink,
): Flow<number> {
  const { known, bound } = shape
  const check = (): void => {
    run.limits.checkRows(sink.length, step.form)
    run.limits.checkTime(step.form)
  }
  const key = keyOf(bound)
  const method = methodFor(run, step, r, key)
  if (method === 'lookup') {
    const { covers } = rangeFor(step, withBound(known, bound))
    const left = bound.filter(({ place }) => (covers & (1 << place)) === 0)
    const out = new PairBuffer(sink, testsOf(run, step, shape, covers, pushed), left, check)
    yield* lookUpRows(run, step, known, bound, r.length, out)
    return r.sorted
  }
  const found = method === 'seek' ? scanByValue(run, step) : constantScan(run, step)
  const loading = found.load()
  if (loading !== undefined) yield loading
  const tests = testsOf(run, step, shape, rangeFor(step, known).covers, pushed)
  const rest = bound.filter((b) => b !== key)
  if (method === 'seek') {
    seekByText(key.column, found.batches(), run.codes, new PairBuffer(sink, tests, rest, check))
    return -1
  }
  if (method === 'hash') {
    hashByPlace(key.column, key.place, found.batches(), tests, run.codes, new PairBuffer(sink, [], rest, check))
    return known[Place.e] === undefined ? (step.at[Place.e] as number) : -1
  }
  const keys = key.column as Int32Array
  const order = method === 'sort-merge' ? sortedOrder(keys) : undefined
  mergeByEntity(keys, order, found.batches(), new PairBuffer(sink, tests, rest, check))
  return step.at[Place.e] as number
}

function methodFor(run: Run, step: PatternStep, r: Relation, key: Bound): JoinMethod {
  const join = joinBy(run, step, r, key)
  return join.canLookUp && r.length <= 2 ? 'lookup' : bestJoin(join)[0]
}

/** `known` with something in every bound place: for asking which places a lookup covers. */
function withBound(known: PlaceValues, bound: readonly Bound[]): PlaceValues {
  const out = [...known]
  for (const { place } of bound) out[place] = 0
  return out
}

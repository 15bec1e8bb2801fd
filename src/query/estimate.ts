import type { Value } from '../datom/value.ts'
import type { Column } from './column.ts'
import { joinBy, keyOf } from './join-key.ts'
import { bestJoin } from './join-method.ts'
import { canLookUpValue, constantScan, constantsOf, rangeByValue, rangeFor, scanRange } from './pattern-range.ts'
import { shapeOf } from './pattern-shape.ts'
import { pushedInto } from './pushdown.ts'
import type { Relation } from './relation.ts'
import { dbOf, type Run, type Source } from './run.ts'
import { type PatternStep, PLACES, Place, type RuleStep, type Step } from './step.ts'

/** What running a step next would bring: rows of the relation it makes, and nanoseconds. */
export interface Estimate {
  readonly rows: number
  readonly cost: number
}

/** What is known while a plan is made: the relations so far, and the steps that are to come. */
export interface Situation {
  readonly run: Run
  readonly relations: readonly Relation[]
  readonly left: readonly Step[]
}

/*
 * Shares of rows that pass a condition about which nothing is known. They only have to rank: what is there is counted.
 */
const PASS_CONSTANT = 0.1
const PASS_CHECK = 0.3
const PASS_ABSENCE = 0.7
const SCANNED_ROW = 8
/** Values that an entity is taken to have of a many-valued attribute, or rows that a call makes of one. */
const MANY = 8
const SAMPLES = 4
/** A range is taken to have as many different values as those that it is joined with have, up to so many. */
const MOST_DIFFERENT = 100

/** What a row costs the steps that come after, in nanoseconds. */
const ROW_AFTERWARDS = 40

/** The work that an estimate promises, now and afterwards, in nanoseconds. */
export const workOf = ({ rows, cost }: Estimate): number => cost + rows * ROW_AFTERWARDS

/**
 * The relation that a step would be joined with: of those it shares slots with the smallest, or for a pattern the one that makes
 * the least work; undefined when there is none.
 */
export function partnerOf(s: Situation, step: Step): Relation | undefined {
  const sharing = s.relations.filter((r) => step.slots.some((slot) => r.slots.includes(slot)))
  if (sharing.length < 2) return sharing[0]
  const weigh = (r: Relation): number => (step.kind === 'pattern' ? workOf(estimateJoin(s, step, r)) : r.length)
  return sharing.reduce((best, r) => (weigh(r) < weigh(best) ? r : best))
}

/** The rows that a step would run on: of all relations that have what it needs, each with each; of its partner where it needs none. */
function rowsFor(step: Step, relations: readonly Relation[], partner: Relation | undefined): number {
  let rows = 0
  for (const r of relations) if (step.needs.some((slot) => r.slots.includes(slot))) rows = Math.max(rows, 1) * r.length
  return rows || (partner?.length ?? 1)
}

export function estimate(s: Situation, step: Step): Estimate {
  const partner = partnerOf(s, step)
  const rows = rowsFor(step, s.relations, partner)
  switch (step.kind) {
    case 'pattern':
      return partner === undefined ? estimateScan(s, step) : estimateJoin(s, step, partner)
    case 'tuples': {
      const { length } = (s.run.sources[step.source] as Source & { readonly kind: 'tuples' }).rows
      const made = partner === undefined ? length : Math.max(rows, length)
      return { rows: made, cost: (length + rows) * 50 }
    }
    case 'call':
      return {
        rows: rows * (step.binding === undefined ? PASS_CHECK : step.binding.kind === 'slot' ? 1 : MANY),
        cost: rows * 30,
      }
    case 'attribute':
      return { rows: rows * (step.op === 'missing?' ? PASS_ABSENCE : 1), cost: rows * 50 }
    case 'not':
      return { rows: rows * PASS_ABSENCE, cost: rows * 100 + 1000 }
    case 'or': {
      let sum = 0
      let cost = 0
      for (const branch of step.branches) {
        const least = estimateBranch(s, branch)
        sum += least.rows
        cost += least.cost
      }
      return { rows: sum, cost }
    }
    case 'rule':
      return estimateRule(s, step, partner, rows)
    default:
      return { rows: rows * MANY, cost: rows * 100_000 }
  }
}

/** The cheapest beginning of a conjunction. */
function estimateBranch(s: Situation, steps: readonly Step[]): Estimate {
  let least: Estimate | undefined
  for (const step of steps) {
    if (step.kind === 'call' || step.kind === 'not' || step.kind === 'subquery') continue
    const next = estimate(s, step)
    if (least === undefined || next.rows < least.rows) least = next
  }
  return least ?? { rows: 1, cost: 100 }
}

function estimateRule(s: Situation, step: RuleStep, partner: Relation | undefined, asked: number): Estimate {
  const bound = step.args.some((slot) => s.run.constants[slot] !== undefined || partner?.slots.includes(slot) === true)
  const fanOut = step.rule.component === undefined ? 4 : 32
  if (bound) {
    const rows = asked * fanOut
    return { rows, cost: rows * 2000 }
  }
  let rows = 0
  for (const body of step.rule.bodies) {
    const flat = body.filter((inner) => inner.kind === 'pattern' || inner.kind === 'tuples')
    rows +=
      flat.length === 0
        ? 1000
        : Math.min(...flat.map((inner) => estimate({ run: s.run, relations: [], left: body }, inner).rows))
  }
  return { rows: rows * fanOut, cost: rows * fanOut * 500 }
}

/** A pattern on its own: its range, thinned by what the range does not cover. */
function estimateScan({ run, left }: Situation, step: PatternStep): Estimate {
  const pushed = pushedInto(run, left, step, undefined)
  const known = constantsOf(run, step)
  const { covers } = rangeFor(step, known)
  const narrow = rangeByValue(run, step, pushed)
  const { count } = narrow ?? constantScan(run, step)
  let rows = count
  if (narrow === undefined)
    for (const p of pushed) rows *= p.from !== undefined && p.from === p.to ? PASS_CONSTANT : PASS_CHECK
  for (let place = 0; place < PLACES; place++) {
    if (known[place] !== undefined && (covers & (1 << place)) === 0) rows *= PASS_CONSTANT
  }
  return { rows, cost: count * SCANNED_ROW }
}

function estimateJoin({ run }: Situation, step: PatternStep, r: Relation): Estimate {
  const { known, bound } = shapeOf(run, step, r, () => false)
  const join = joinBy(run, step, r, keyOf(bound))
  const at = (place: number): Column | undefined => bound.find((b) => b.place === place)?.column
  const fan = fanOut(run, step, r, known, at(Place.e), at(Place.v), join.range)
  return { rows: Math.min(r.length * fan, r.length * Math.max(join.range, 1)), cost: bestJoin(join)[1] }
}

function fanOut(
  run: Run,
  step: PatternStep,
  r: Relation,
  known: readonly (Value | undefined)[],
  entity: Column | undefined,
  value: Column | undefined,
  count: number,
): number {
  const { attribute } = step
  if (count === 0) return 0
  if (entity !== undefined && (value !== undefined || known[Place.v] !== undefined)) return PASS_CHECK
  if (entity !== undefined && attribute !== undefined)
    return attribute.many ? sampledFan(run, step, r, known, Place.e, entity) : 1
  if (value !== undefined && known[Place.e] !== undefined) return PASS_CHECK
  if (value !== undefined && attribute?.unique !== undefined) return 1
  if (value !== undefined && canLookUpValue(step)) return sampledFan(run, step, r, known, Place.v, value)
  if (entity !== undefined || value === undefined) return MANY
  return Math.max(1, count / Math.max(1 / PASS_CONSTANT, new Set(value.slice(0, MOST_DIFFERENT)).size))
}

/** The mean number of rows that a few of the relation's rows match. */
function sampledFan(
  run: Run,
  step: PatternStep,
  r: Relation,
  known: readonly (Value | undefined)[],
  place: number,
  column: Column,
): number {
  const n = Math.min(SAMPLES, r.length)
  if (n === 0) return 0
  const at = [...known]
  let sum = 0
  for (let k = 0; k < n; k++) {
    at[place] = column[Math.floor((k * r.length) / n)] as Value
    sum += scanRange(dbOf(run, step.source), rangeFor(step, at)).count
  }
  return sum / n
}

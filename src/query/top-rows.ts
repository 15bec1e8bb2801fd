import { isInAvet } from '../datom/schema.ts'
import type { Value } from '../datom/value.ts'
import { nthValue } from '../db/nth-value.ts'
import type { Scan } from '../db/scan.ts'
import { scan } from '../db/view.ts'
import type { Flow } from './flow.ts'
import { amountOf } from './outcome.ts'
import type { Out } from './pair-sink.ts'
import { constantScan } from './pattern-range.ts'
import { relationOf } from './pattern-scan.ts'
import type { Program } from './program.ts'
import { distinctRows, type Relation } from './relation.ts'
import { dbOf, type Run } from './run.ts'
import { type PatternStep, Place } from './step.ts'
import type { Find, Order } from './syntax.ts'

/*
 * The first rows by the value of an indexed attribute: the index lies in that order, so that the query is asked of its beginning
 * only, where that gives rows enough.
 */

/** Facts taken from the index at first, at least. For most queries one for each row is enough. */
const FEWEST = 16
/** How much more is taken when those gave too few rows; twice, for then the rest of the query is what selects. */
const MORE = 4

interface Top {
  readonly step: PatternStep
  readonly fromEnd: boolean
  /** Rows up to the end of what is asked for. */
  readonly wanted: number
}

/**
 * The rows of `program` among which those are that `:order-by`, `:offset` and `:limit` ask for, as columns of `keep`; undefined where
 * the query is better asked as a whole. Requires: no relation among the inputs.
 */
export function* topRows(run: Run, program: Program, keep: readonly number[]): Flow<Relation | undefined> {
  const top = topOf(run, program)
  if (top === undefined) return undefined
  const { step, fromEnd, wanted } = top
  const rest = program.steps.filter((other) => other !== step)
  for (let n = Math.max(FEWEST, wanted), more = 0; more < 3; n *= MORE, more++) {
    const facts = factsUpTo(run, step, n, fromEnd)
    if (facts === undefined || rest.some((other) => other.kind === 'pattern' && constantScan(run, other).count <= n)) {
      return undefined
    }
    run.trace?.start()
    const loading = facts.load()
    if (loading !== undefined) yield loading
    const seed = relationOf(facts.batches(), [], outsOf(step), step, run.limits)
    run.trace?.end(step, undefined, seed.length)
    const rows = distinctRows(yield* run.solve(run, rest, [{ ...seed, distinct: true }], keep), run.codes)
    if (rows.length >= wanted) return rows
  }
  return undefined
}

function topOf(run: Run, program: Program): Top | undefined {
  const { find, orderBy } = program.query
  const extreme = extremeOf(find)
  const order = extreme ?? orderBy[0]
  const isCut = extreme !== undefined || find.shape === 'scalar' || find.shape === 'tuple'
  const limit = isCut ? 1 : amountOf(program.limit, run.constants, ':limit')
  if (order === undefined || limit === undefined || program.given[order.element] !== undefined) return undefined
  if (extreme === undefined) {
    if (find.elements.some(({ kind }) => kind === 'aggregate')) return undefined
    if (find.elements[order.element]?.kind !== 'var') return undefined
  }
  const slot = program.found[order.element] as number
  for (const step of program.steps) {
    if (step.kind !== 'pattern' || !givesInOrder(run, step, slot)) continue
    return {
      step,
      fromEnd: order.descending,
      wanted: limit + (amountOf(program.offset, run.constants, ':offset') ?? 0),
    }
  }
  return undefined
}

/** The order whose first row has the least or the greatest value, where that is all that is asked for. */
function extremeOf({ elements: [only, more] }: Find): Order | undefined {
  if (only?.kind !== 'aggregate' || more !== undefined || only.args.length > 0) return undefined
  return only.fn === 'min' || only.fn === 'max' ? { element: 0, descending: only.fn === 'max' } : undefined
}

/** Whether the index has the pattern's facts in the order of `slot`, all of them rows that the pattern stands for. */
function givesInOrder(run: Run, { attribute, at, values }: PatternStep, slot: number): boolean {
  if (attribute === undefined || !isInAvet(attribute) || at[Place.v] !== slot || at[Place.a] !== -1) return false
  if (at[Place.op] !== -1 || values[Place.op] !== undefined || values[Place.tx] !== undefined) return false
  const slots = [at[Place.e], slot, at[Place.tx]].filter((s) => s !== -1) as number[]
  return (
    at[Place.e] !== -1 && new Set(slots).size === slots.length && slots.every((s) => run.constants[s] === undefined)
  )
}

function factsUpTo(run: Run, step: PatternStep, n: number, fromEnd: boolean): Scan | undefined {
  const db = dbOf(run, step.source)
  const { id: a } = step.attribute as NonNullable<PatternStep['attribute']>
  const v: Value | undefined = nthValue(db, a, n, fromEnd)
  if (v === undefined) return undefined
  return fromEnd ? scan(db, 'avet', { a, v }, { a }) : scan(db, 'avet', { a }, { a, v })
}

const outsOf = ({ at }: PatternStep): Out[] =>
  [Place.e, Place.v, Place.tx].flatMap((place) => (at[place] === -1 ? [] : [{ place, slot: at[place] as number }]))

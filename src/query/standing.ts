import { lowerBound } from '../base/search.ts'
import { showValue } from '../datom/show-value.ts'
import type { TxData } from '../datom/tx-data.ts'
import { compareValues, type Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import { answer } from './answer.ts'
import type { QueryEnv } from './env.ts'
import type { Flow } from './flow.ts'
import type { Limits } from './limits.ts'
import { NOT_AT_HAND } from './not-at-hand.ts'
import { amountOf } from './outcome.ts'
import type { Prepared } from './prepare.ts'
import type { Program } from './program.ts'
import type { Output } from './results.ts'
import { bindFacts, givenValues, type SlotValues } from './run-points.ts'
import { shapeRow } from './shape-result.ts'
import { type PatternStep, Place } from './step.ts'
import type { Order } from './syntax.ts'

/** Rows that are kept beyond those that are asked for, so that as many may go before all is asked anew. */
const SPARE = 50
/** Entities beyond which to ask anew costs no more. */
const MOST_CHANGED = 256

/** A row of an answer: its values by find element, and then its subject. */
interface Row {
  readonly values: SlotValues
  readonly shown: unknown
}

/** What an answer was made of. */
export interface Kept {
  /** Finds the subject too, and orders by it in the end. */
  readonly program: Program
  readonly inputs: readonly unknown[]
  /** By slot: what was known before anything was read. */
  readonly given: SlotValues
  /** In order: the first ones, offset and limit aside. */
  readonly rows: readonly Row[]
  /** Up to which they are all kept; undefined where there are no more. */
  readonly last: Row | undefined
  readonly offset: number
  readonly end: number
}

/** A question that is asked again after changes. */
export interface Standing {
  /** What the answer before was made of, and then this one; undefined where all is to be asked. */
  kept: Kept | undefined
  /** All that has come and gone since. */
  readonly changes: readonly TxData[]
}

/**
 * The answer made of the one before: only entities that the changes speak of are looked up, and their rows put in place. undefined
 * where that is not enough, or not at hand.
 */
export function renewed(standing: Standing, db: Db, limits: Limits): unknown {
  const { kept, changes } = standing
  standing.kept = undefined
  if (kept === undefined) return undefined
  const { program, given, last } = kept
  const points = program.ofSubject as readonly PatternStep[]
  const sources = [{ kind: 'db', db } as const]
  const known = givenValues(program, sources, kept.inputs)
  const changed = changedBy(changes, points)
  if (known === NOT_AT_HAND || !given.every((v, i) => v === known[i]) || changed.size > MOST_CHANGED) return undefined
  const order = (x: SlotValues, y: SlotValues): number => compare(program.query.orderBy, x, y)
  const rows = kept.rows.filter(({ values }) => !changed.has(values.at(-1)))
  for (const e of changed) {
    const bound = [...known]
    bound[subjectOf(points)] = e
    const holds = bindFacts(points, sources, bound, limits)
    if (holds === NOT_AT_HAND) return undefined
    const values = program.found.map((slot) => bound[slot])
    if (!holds || (last !== undefined && order(values, last.values) > 0)) continue
    const place = lowerBound(0, rows.length, (i) => order((rows[i] as Row).values, values) < 0)
    rows.splice(place, 0, rowOf(program, values))
  }
  return last !== undefined && rows.length < kept.end ? undefined : keep(standing, { ...kept, rows })
}

/** The answer, asked of all there is. `points`: see `Program.ofSubject`. */
export function answerStanding(
  standing: Standing,
  prepared: Prepared,
  points: readonly PatternStep[],
  env: QueryEnv,
  limits: Limits,
): Flow<unknown> {
  const { inputs, sources, program: asked } = prepared
  const { query, found } = asked
  const { find, orderBy } = query
  const { elements } = find
  const { length } = elements
  const given = givenValues(asked, sources, inputs)
  if (given === NOT_AT_HAND) return answer(prepared, env, limits)
  const offset = amountOf(asked.offset, given, ':offset') ?? 0
  const end = offset + (amountOf(asked.limit, given, ':limit') ?? 0)
  const program: Program = {
    ...asked,
    query: {
      ...query,
      find: { ...find, elements: [...elements, ...elements.slice(0, 1)] },
      orderBy: [...orderBy, { element: length, descending: false }],
    },
    found: [...found.slice(0, length), subjectOf(points)],
    offset: undefined,
    limit: end + SPARE,
  }
  return answer({ ...prepared, program }, env, limits, undefined, (_, order, outputs) => {
    const columns = outputs.map((output) => (output as Output & { readonly kind: 'values' }).column)
    const valuesOf = (row: number): SlotValues => columns.map((column) => column[row] as Value)
    const rows = Array.from(order, (row) => rowOf(program, valuesOf(row)))
    return keep(standing, { program, inputs, given, rows, last: rows[end + SPARE - 1], offset, end })
  })
}

const subjectOf = ([first]: readonly PatternStep[]): number => first?.at[Place.e] as number

/** The entities whose rows may be others now. */
function changedBy(changes: readonly TxData[], points: readonly PatternStep[]): ReadonlySet<Value | undefined> {
  const attributes = new Set(points.map(({ attribute }) => attribute?.id))
  const changed = new Set<number>()
  for (const { e, a } of changes) {
    for (let i = 0; i < e.length; i++) if (attributes.has(a[i])) changed.add(e[i] as number)
  }
  return changed
}

/** The answer that `kept` gives. */
function keep(standing: Standing, kept: Kept): unknown {
  const { rows, offset, end } = kept
  const most = end + SPARE
  standing.kept = rows.length > most ? { ...kept, rows: rows.slice(0, most), last: rows[most - 1] } : kept
  return rows.slice(offset, end).map(({ shown }) => shown)
}

function rowOf({ query }: Program, values: SlotValues): Row {
  const cells = values.slice(0, -1).map((v) => showValue(v as Value))
  return { values, shown: (shapeRow(query.find, cells) as unknown[])[0] }
}

function compare(orders: readonly Order[], x: SlotValues, y: SlotValues): number {
  for (const { element, descending } of orders) {
    const c = compareValues(x[element] as Value, y[element] as Value)
    if (c !== 0) return descending ? -c : c
  }
  return 0
}

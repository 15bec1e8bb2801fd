import type { Column } from './column.ts'
import type { Flow } from './flow.ts'
import { type IntIndex, indexInts } from './int-index.ts'
import { constantScan } from './pattern-range.ts'
import { columnOf } from './relation.ts'
import type { RuleTable } from './rule-table.ts'
import type { Run } from './run.ts'
import { scanPattern } from './run-pattern.ts'
import { type PatternStep, PLACES, Place, type Rule, type RuleStep, type Step } from './step.ts'

/**
 * A rule's alternative that goes one edge further: a recursive call and one pattern over an attribute, which share one
 * variable, as in `[?x :node/follows ?z] (follows ?z ?y)`. Where everything is asked for, its rounds need no plan: the edges are
 * indexed once, and each new answer meets those that it touches.
 */
export interface Edge {
  readonly pattern: PatternStep
  /** The place of the call's argument that the edges are found by, and that variable's slot. */
  readonly joined: number
  readonly joinedSlot: number
  /** The edges' other end. */
  readonly otherSlot: number
  /** By parameter: the place of the call's argument that it is, or -1 for the edges' other end. */
  readonly from: readonly number[]
}

/** The edge that `rest`, the other steps of an alternative of `rule` with the recursive call `call`, is; undefined for all else. */
export function edgeOf(rule: Rule, call: RuleStep, rest: readonly Step[]): Edge | undefined {
  const [pattern, more] = rest
  if (pattern?.kind !== 'pattern' || more !== undefined || pattern.attribute === undefined) return undefined
  if (new Set(call.args).size < call.args.length) return undefined
  const ends = [pattern.at[Place.e] as number, pattern.at[Place.v] as number]
  for (let place = 0; place < PLACES; place++) {
    const isEnd = place === Place.e || place === Place.v
    if (((pattern.at[place] as number) !== -1) !== isEnd) return undefined
  }
  const met = ends.filter((slot) => call.args.includes(slot))
  const otherSlot = ends.find((slot) => !call.args.includes(slot))
  const [joinedSlot] = met
  if (joinedSlot === undefined || otherSlot === undefined) return undefined
  const from = rule.params.map((slot) => call.args.indexOf(slot))
  if (rule.params.some((slot, i) => from[i] === -1 && slot !== otherSlot)) return undefined
  return { pattern, joined: call.args.indexOf(joinedSlot), joinedSlot, otherSlot, from }
}

/** Answers joined before the edges, all of them, are worth indexing: a lookup costs as much as so many edges. */
const EDGES_PER_LOOKUP = 64

/** Pairs found between two looks at the limits. */
const TOGETHER = 4096

/** The edges of one run, by where they are met. */
export class EdgeIndex {
  private constructor(
    private readonly edge: Edge,
    private readonly index: IntIndex,
    private readonly others: Int32Array,
  ) {}

  /** undefined where `answers` of them are better looked up one by one, or a variable of theirs is an input. */
  static *of(run: Run, edge: Edge, answers: number): Flow<EdgeIndex | undefined> {
    const known = run.edges.get(edge)
    if (known !== undefined) return known
    const { pattern, joinedSlot, otherSlot } = edge
    if (run.constants[joinedSlot] !== undefined || run.constants[otherSlot] !== undefined) return undefined
    if (constantScan(run, pattern).count > answers * EDGES_PER_LOOKUP) return undefined
    const all = yield* scanPattern(run, pattern, () => true, [])
    const codesOf = (slot: number): Int32Array => run.codes.ofColumn(columnOf(all, slot) as Column)
    const made = new EdgeIndex(edge, indexInts(codesOf(joinedSlot)), codesOf(otherSlot))
    run.edges.set(edge, made)
    return made
  }

  /** Joins the answers `from ..< to` of `table` with the edges: what comes out are answers too. */
  join(run: Run, table: RuleTable, from: number, to: number): void {
    const { edge, index, others } = this
    const { next } = index
    const { answers } = table
    const columns = edge.from.map(() => new Int32Array(Math.min(TOGETHER, 2 * (to - from) + 8)))
    const room = (columns[0] as Int32Array).length
    let n = 0
    for (let answer = from; answer < to; answer++) {
      for (let i = index.first(answers.at(answer, edge.joined)); i !== -1; i = next[i] as number) {
        for (let c = 0; c < columns.length; c++) {
          const place = edge.from[c] as number
          ;(columns[c] as Int32Array)[n] = place === -1 ? (others[i] as number) : answers.at(answer, place)
        }
        if (++n < room) continue
        this.flush(run, table, columns, n)
        n = 0
      }
    }
    this.flush(run, table, columns, n)
  }

  private flush(run: Run, table: RuleTable, columns: readonly Int32Array[], n: number): void {
    if (n === 0) return
    table.answer(columns, n)
    run.limits.checkRows(table.answers.size, table.rule.form)
    run.limits.checkTime(table.rule.form)
  }
}

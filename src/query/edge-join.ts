import { codesOf } from './codes-of.ts'
import { pickColumn } from './column.ts'
import { estimate } from './estimate.ts'
import type { Flow } from './flow.ts'
import { groupCodes } from './group-rows.ts'
import { IntBuffer } from './int-buffer.ts'
import { indexInts } from './int-index.ts'
import type { RuleTable } from './rule-table.ts'
import type { Run } from './run.ts'
import { solveAhead } from './solve-ahead.ts'
import type { Rule, RuleStep, Step } from './step.ts'
import { lacks } from './step-order.ts'

/**
 * A rule's alternative that goes one edge further: a recursive call and steps that know nothing of what stays, as in
 * `[?x :node/follows ?z] (follows ?z ?y)`. One argument moves along the edges, the other, if there is one, stays as it is. Where
 * everything is asked for, it needs neither plan nor rounds: what can be reached is walked to.
 */
export interface Edge {
  readonly steps: readonly Step[]
  /** The place of the argument that moves, and where it moves from and to. */
  readonly moving: number
  readonly from: number
  readonly to: number
}

/** The edge that `rest`, the other steps of an alternative of `rule` with the recursive call `call`, is; undefined for all else. */
export function edgeOf({ params }: Rule, { args }: RuleStep, rest: readonly Step[]): Edge | undefined {
  const moving = params[0] === args[0] ? 1 : 0
  const from = args[moving]
  const to = params[moving]
  const stays = params[1 - moving]
  if (params.length > 2 || from === undefined || to === undefined || args[1 - moving] !== stays) return undefined
  const slots = rest.flatMap((step) => step.slots)
  const isEdge = slots.includes(from) && slots.includes(to) && (stays === undefined || !slots.includes(stays))
  return isEdge && from !== to && from !== stays && lacks(rest, []).length === 0
    ? { steps: rest, moving, from, to }
    : undefined
}

/** Answers from which on reading all edges is worth it: a lookup costs as much as so many. */
const EDGES_PER_LOOKUP = 64

/**
 * Adds to the answers of an open table all that its edge leads to; whether it did. Not where they are better looked up one by one,
 * most answers have met the edges (`done` have), or a variable of theirs is an input.
 */
export function* followEdges(
  run: Run,
  { steps, moving, from, to }: Edge,
  table: RuleTable,
  done: number,
): Flow<boolean> {
  const { answers } = table
  if (run.constants[from] !== undefined || run.constants[to] !== undefined || done * 2 > answers.size) return false
  const most = answers.size * EDGES_PER_LOOKUP
  if (steps.some((step) => estimate({ run, relations: [], left: steps }, step).rows > most)) return false
  const all = yield* solveAhead(run.solve(run, steps, [], [from, to]))
  if (all === undefined) return false
  const graph = new Graph(codesOf(run, all, from), codesOf(run, all, to), answers.column(moving))
  const stays = answers.width === 1 ? new Int32Array(answers.size) : answers.column(1 - moving)
  const groups = indexInts(stays)
  const moved = new IntBuffer(answers.size)
  const stayed = new IntBuffer(answers.size)
  for (let first = 0; first < stays.length; first++) {
    const stay = stays[first] as number
    if (groups.first(stay) !== first) continue
    graph.reach(first, groups.next, moved)
    stayed.fill(stay, moved.length)
    run.limits.checkRows(answers.size + moved.length, table.rule.form)
    run.limits.checkTime(table.rule.form)
    const pause = run.limits.pause()
    if (pause !== undefined) yield pause
  }
  answers.append(moving === 0 ? [moved.data, stayed.data] : [stayed.data, moved.data], moved.length)
  return true
}

/** Edges between codes, and codes to begin at, which the graph numbers. */
class Graph {
  /** By node: its code. */
  readonly #codes: Int32Array
  readonly #seeds: Int32Array
  /** By node: where its targets begin; those of the next begin where they end. */
  readonly #starts: Int32Array
  readonly #targets: Int32Array
  /** By node: the last walk that came to it, and where a walk keeps what it has come to. */
  readonly #visited: Int32Array
  readonly #found: Int32Array
  #walks = 0

  constructor(from: Int32Array, to: Int32Array, seeds: Int32Array) {
    const n = from.length
    const all = new Int32Array(n * 2 + seeds.length)
    all.set(from)
    all.set(to, n)
    all.set(seeds, n * 2)
    const { of, firsts } = groupCodes(all)
    this.#codes = pickColumn(all, firsts, firsts.length) as Int32Array
    this.#seeds = of.subarray(n * 2)
    this.#visited = new Int32Array(firsts.length)
    this.#found = new Int32Array(firsts.length)
    const starts = new Int32Array(firsts.length + 1)
    for (let i = 0; i < n; i++) (starts[of[i] as number] as number)++
    for (let node = 0, sum = 0; node < starts.length; node++) starts[node] = sum += starts[node] as number
    this.#targets = new Int32Array(n)
    for (let i = 0; i < n; i++) this.#targets[--(starts[of[i] as number] as number)] = of[n + i] as number
    this.#starts = starts
  }

  /** Appends the codes that edges lead to from the seeds `first`, `next[first]`, … until -1, without those. Requires: no two are equal. */
  reach(first: number, next: Int32Array, into: IntBuffer): void {
    const codes = this.#codes
    const seeds = this.#seeds
    const starts = this.#starts
    const targets = this.#targets
    const visited = this.#visited
    const found = this.#found
    const walk = ++this.#walks
    let n = 0
    for (let i = first; i !== -1; i = next[i] as number) {
      const node = seeds[i] as number
      visited[node] = walk
      found[n++] = node
    }
    const given = n
    for (let i = 0; i < n; i++) {
      const node = found[i] as number
      const end = starts[node + 1] as number
      for (let k = starts[node] as number; k < end; k++) {
        const target = targets[k] as number
        if (visited[target] === walk) continue
        visited[target] = walk
        found[n++] = target
      }
    }
    into.reserve(n - given)
    const { data } = into
    for (let i = given; i < n; i++) data[into.length++] = codes[found[i] as number] as number
  }
}

import { sameValue, type Value } from '../datom/value.ts'
import { type BodyPlan, bodyPlans, isRecursiveCall, type RecursiveCall } from './body-plan.ts'
import { codesOf } from './codes-of.ts'
import type { Column } from './column.ts'
import { followEdges } from './edge-join.ts'
import type { Flow } from './flow.ts'
import { IntBuffer } from './int-buffer.ts'
import { joinRelations } from './join-relations.ts'
import { dropColumns, pickRows, type Relation } from './relation.ts'
import type { RuleTable } from './rule-table.ts'
import type { Run } from './run.ts'
import type { RuleStep, Step } from './step.ts'
import { answerTails, slotsWhere } from './tail-calls.ts'

type Wanted = (slot: number) => boolean

/** `r` joined with what a rule finds for its rows. */
export function* callRule(run: Run, step: RuleStep, r: Relation, wanted: Wanted): Flow<Relation> {
  const table = tableFor(run, step, r)
  const asked = ask(run, step, table, r)
  if (!isRecursiveCall(step)) yield* evaluate(run, table)
  return joinAnswers(run, step, table, r, asked, wanted)
}

function tableFor(run: Run, step: RuleStep, r: Relation): RuleTable {
  if (isRecursiveCall(step)) return run.tables.of(step.rule, step.bound)
  const bound = step.args.map((slot) => run.constants[slot] !== undefined || r.slots.includes(slot))
  return run.tables.of(step.rule, bound)
}

/** Puts the arguments of every row into the demand; by row, its number there. */
function ask(run: Run, step: RuleStep, table: RuleTable, r: Relation): Int32Array {
  const asked = new Int32Array(r.length)
  if (table.isOpen) {
    table.ask([], 0)
    return asked
  }
  const columns = slotsWhere(true, step.args, table.bound).map((slot) => codesOf(run, r, slot))
  for (let i = 0; i < r.length; i++) asked[i] = table.ask(columns, i)
  return asked
}

/** The rows of `r` with the answers to what they asked. */
function joinAnswers(
  run: Run,
  step: RuleStep,
  table: RuleTable,
  r: Relation,
  asked: Int32Array,
  wanted: Wanted,
): Relation {
  if (table.isOpen) {
    const all = answersAsArguments(run, step, table, 0, table.answers.size)
    return r.slots.length === 0 && r.length === 1 ? all : joinRelations(run, r, all, wanted, step.form)
  }
  const left = new IntBuffer()
  const right = new IntBuffer()
  const outs = newArguments(run, step, r)
  const checks = argumentChecks(run, step, table, r)
  const isSemiJoin = !outs.some(({ slot }) => wanted(slot))
  for (let i = 0; i < r.length; i++) {
    for (let answer = table.newest(asked[i] as number); answer !== -1; answer = table.before(answer)) {
      if (!checks.every((passes) => passes(i, answer))) continue
      left.push(i)
      right.push(answer)
      if (isSemiJoin) break
    }
    if ((i & 1023) === 0) run.limits.checkTime(step.form, i)
    run.limits.checkRows(left.length, step.form)
  }
  const n = left.length
  const kept = dropColumns(r, r.slots.filter(wanted), r.distinct && r.slots.every(wanted))
  const base = left.isCounting(r.length) ? kept : pickRows(kept, left.data, n, true, true)
  const slots = [...base.slots]
  const columns = [...base.columns]
  for (const { slot, place } of outs) {
    if (!wanted(slot)) continue
    slots.push(slot)
    columns.push(run.codes.decode(answerColumn(table, place, right.data, n)))
  }
  const everyOut = outs.every(({ slot }) => wanted(slot))
  return { length: n, slots, columns, sorted: base.sorted, distinct: base.distinct && (everyOut || isSemiJoin) }
}

function answerColumn(table: RuleTable, place: number, rows: Int32Array, n: number): Int32Array {
  const out = new Int32Array(n)
  for (let k = 0; k < n; k++) out[k] = table.answers.at(rows[k] as number, place)
  return out
}

/** The arguments that get their values from the answers, each once. */
function newArguments(run: Run, step: RuleStep, r: Relation): { slot: number; place: number }[] {
  return step.args.flatMap((slot, place) => {
    const isNew = run.constants[slot] === undefined && !r.slots.includes(slot) && step.args.indexOf(slot) === place
    return isNew ? [{ slot, place }] : []
  })
}

/** What an answer must agree with beside the demand: values that were not passed on, and arguments that stand twice. */
function argumentChecks(
  run: Run,
  step: RuleStep,
  table: RuleTable,
  r: Relation,
): ((row: number, answer: number) => boolean)[] {
  return step.args.flatMap((slot, place) => {
    if (table.bound[place] === true) return []
    const { answers } = table
    if (run.constants[slot] !== undefined || r.slots.includes(slot)) {
      const codes = codesOf(run, r, slot)
      return [(row: number, answer: number) => answers.at(answer, place) === codes[row]]
    }
    const first = step.args.indexOf(slot)
    if (first === place) return []
    return [(_: number, answer: number) => answers.at(answer, place) === answers.at(answer, first)]
  })
}

/** Works on a table's demand until every answer to it is there. */
function* evaluate(run: Run, table: RuleTable): Flow<void> {
  const { component } = table.rule
  if (component === undefined) {
    const { demand, demandDone, rule } = table
    table.demandDone = demand.size
    if (demandDone === demand.size) return
    const seeds = [table.demandRelation(run.codes, demandDone, demand.size)]
    for (const body of rule.bodies) yield* answerWith(run, table, body, seeds)
    return
  }
  for (let changed = !(yield* answerTails(run, table)); changed; ) {
    changed = false
    for (const each of run.tables.inComponent(component)) if (yield* advance(run, each)) changed = true
  }
}

/**
 * One round: what was newly asked is answered with all that is known, what was asked before only with what is new. Whether
 * there was anything to do.
 */
function* advance(run: Run, table: RuleTable): Flow<boolean> {
  const from = table.demandDone
  const to = table.demand.size
  const bodies = bodyPlans(run, table.rule, table.bound)
  const before = table.answers.size
  let worked = from < to
  table.demandDone = to
  for (let b = 0; b < bodies.length; b++) {
    const body = bodies[b] as BodyPlan
    table.callsDone[b] ??= body.calls.map(() => 0)
    const done = table.callsDone[b] as number[]
    if (yield* followed(run, table, body, done)) {
      worked = true
      continue
    }
    const upTo = body.calls.map((call) => run.tables.of(call.rule, call.bound).answers.size)
    if (from < to) {
      yield* answerWith(run, table, body.steps, [table.demandRelation(run.codes, from, to)])
    }
    for (let c = 0; c < body.calls.length; c++) {
      const call = body.calls[c] as RecursiveCall
      const start = done[c] as number
      const end = upTo[c] as number
      done[c] = end
      if (from === 0 || start === end) continue
      worked = true
      const news = answersAsArguments(run, call, run.tables.of(call.rule, call.bound), start, end)
      if (news.length === 0) continue
      const rest = body.without[c] as readonly Step[]
      yield* answerWith(run, table, rest, [news, table.demandRelation(run.codes, 0, from)])
    }
  }
  return worked || table.answers.size > before
}

/** Whether all that the edges of an alternative lead to was found at once: not where somebody wants to see the steps. */
function* followed(run: Run, table: RuleTable, { calls, edge }: BodyPlan, done: number[]): Flow<boolean> {
  const [call] = calls
  if (edge === undefined || call === undefined || run.trace !== undefined || !table.isOpen) return false
  if (run.tables.of(call.rule, call.bound) !== table || done[0] === table.answers.size) return false
  if (!(yield* followEdges(run, edge, table, done[0] as number))) return false
  done[0] = table.answers.size
  return true
}

function* answerWith(run: Run, table: RuleTable, steps: readonly Step[], seeds: readonly Relation[]): Flow<void> {
  const { rule } = table
  const found = yield* run.solve(run, steps, seeds, rule.params)
  if (found.length === 0) return
  const columns = rule.params.map((slot) => codesOf(run, found, slot))
  table.answer(columns, found.length, found.distinct)
  run.limits.checkRows(table.answers.size, rule.form)
  run.limits.checkTime(rule.form)
}

/** Answers `from ..< to` of a table as values of a call's arguments. */
function answersAsArguments(run: Run, call: RuleStep, table: RuleTable, from: number, to: number): Relation {
  const slots: number[] = []
  const columns: Column[] = []
  const tests: ((i: number) => boolean)[] = []
  call.args.forEach((slot, place) => {
    const column = run.codes.decode(table.answers.column(place, from, to))
    const constant = run.constants[slot]
    const first = slots.indexOf(slot)
    if (constant !== undefined) tests.push((i) => sameValue(column[i] as Value, constant))
    else if (first !== -1) tests.push((i) => sameValue(column[i] as Value, (columns[first] as Column)[i] as Value))
    else {
      slots.push(slot)
      columns.push(column)
    }
  })
  const all: Relation = { length: to - from, slots, columns, sorted: -1, distinct: tests.length === 0 }
  if (tests.length === 0) return all
  const rows = new IntBuffer()
  for (let i = 0; i < all.length; i++) if (tests.every((passes) => passes(i))) rows.push(i)
  return pickRows(all, rows.data, rows.length, true, true)
}

import { bodyPlans, type RecursiveCall } from './body-plan.ts'
import { codesOf } from './codes-of.ts'
import { countingColumn, pickColumn } from './column.ts'
import type { Flow } from './flow.ts'
import type { Relation } from './relation.ts'
import { RuleTable } from './rule-table.ts'
import type { Run } from './run.ts'
import { solveAhead } from './solve-ahead.ts'
import type { Step } from './step.ts'

/*
 * A recursive call is a tail call where its answers are the answers, as in `(reach ?a ?b) [?a :next ?c] (reach ?c ?b)` with ?a bound.
 * What stands on the way need not be answered for itself then: who asked goes along, and the answers are found at the end.
 */

/** No variable's slot: who asked, a row of the demand. */
const ASKER = -3

/** By table that tail calls lead to: one whose demand begins with who asked. */
type Tails = Map<RuleTable, RuleTable>

/** Pairs of who asked and a place on the way, from which on it must show in the answers that there is one for each who asks. */
const FEW_PAIRS = 2 ** 16
const PAIRS_PER_ANSWER = 16

/**
 * Answers what was newly asked of a table; whether it could: where all recursion that this leads to is by tail calls, and not where
 * many go the same ways to few answers, which are better found once for all.
 */
export function* answerTails(run: Run, table: RuleTable): Flow<boolean> {
  const tails: Tails = new Map()
  if (table.isOpen || !findTails(run, table, tails)) return false
  const { demand, demandDone: from } = table
  const askers = countingColumn(demand.size).subarray(from)
  const asked = Array.from({ length: demand.width }, (_, c) => demand.column(c, from))
  tails.get(table)?.demand.append([askers, ...asked], askers.length)
  for (let worked = true, few = FEW_PAIRS; worked; ) {
    worked = false
    for (const [{ rule, bound }, led] of tails) {
      const { demandDone, demand } = led
      if (demandDone === demand.size) continue
      worked = true
      led.demandDone = demand.size
      const seed = led.demandRelation(run.codes, demandDone, demand.size)
      for (const { calls, without } of bodyPlans(run, rule, bound)) {
        const [call] = calls
        if (call === undefined) continue
        const slots = [ASKER, ...slotsWhere(true, call.args, call.bound)]
        const found = yield* solveAhead(run.solve(run, without[0] as readonly Step[], [seed], slots))
        if (found === undefined) return false
        const next = tails.get(run.tables.of(call.rule, call.bound)) as RuleTable
        const columns = slots.map((slot) => codesOf(run, found, slot))
        for (let i = 0; i < found.length; i++) next.demand.add(columns, i)
        run.limits.checkRows(next.demand.size, rule.form)
        run.limits.checkTime(rule.form)
      }
      if (led.demandDone > few && askers.length > 1) {
        yield* answerLed(run, table, tails)
        if (table.answers.size * PAIRS_PER_ANSWER < led.demandDone) return false
        few *= 4
      }
    }
  }
  yield* answerLed(run, table, tails)
  table.demandDone = demand.size
  return true
}

/** Adds to the answers of `table` what is found at all places that tail calls have led to. */
function* answerLed(run: Run, table: RuleTable, tails: Tails): Flow<void> {
  for (const [{ rule, bound }, led] of tails) {
    const seed = led.demandRelation(run.codes, 0, led.demandDone)
    const asked = slotsWhere(false, rule.params, bound)
    for (const { calls, steps } of bodyPlans(run, rule, bound)) {
      if (calls.length > 0) continue
      const found = yield* run.solve(run, steps, [seed], [ASKER, ...asked])
      table.answer(answersOf(run, table, found, asked), found.length, false)
      run.limits.checkRows(table.answers.size, table.rule.form)
    }
  }
}

/** The answers of `table` that the rows of `found` are: what was asked by who asked, and what was found in `asked`. */
function answersOf(run: Run, table: RuleTable, found: Relation, asked: readonly number[]): Int32Array[] {
  const askers = codesOf(run, found, ASKER)
  let given = 0
  let free = 0
  return table.bound.map((isGiven) =>
    isGiven
      ? (pickColumn(table.demand.column(given++), askers, found.length) as Int32Array)
      : codesOf(run, found, asked[free++] as number),
  )
}

/** The slots in places that are bound, or that are not. */
export const slotsWhere = (isBound: boolean, slots: readonly number[], bound: readonly boolean[]): number[] =>
  slots.filter((_, i) => bound[i] === isBound)

/** Finds what tail calls lead to from `table`; false where a call is none. */
function findTails(run: Run, table: RuleTable, tails: Tails): boolean {
  const { rule, bound } = table
  tails.set(table, new RuleTable({ ...rule, params: [ASKER, ...rule.params] }, [true, ...bound]))
  const asked = slotsWhere(false, rule.params, bound)
  return bodyPlans(run, rule, bound).every(({ calls: [call, more], without: [rest] }) => {
    if (call === undefined) return true
    if (more !== undefined || !isTail(asked, call, rest as readonly Step[])) return false
    const next = run.tables.of(call.rule, call.bound)
    return tails.has(next) || findTails(run, next, tails)
  })
}

/** Whether a call gives values to exactly the parameters in `asked`, in their order, and nothing else looks at them. */
function isTail(asked: readonly number[], call: RecursiveCall, rest: readonly Step[]): boolean {
  if (slotsWhere(false, call.args, call.bound).join() !== asked.join()) return false
  return !rest.some((step) => step.slots.some((slot) => asked.includes(slot)))
}

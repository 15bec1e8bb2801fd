import { isNumeric } from '../datom/decimal.ts'
import type { Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import { AGGREGATES } from './aggregates.ts'
import { constantOf } from './apply-call.ts'
import { bindResults } from './bind-results.ts'
import type { Result } from './builtin.ts'
import { callRule } from './call-rule.ts'
import { Codes } from './codes.ts'
import { codesOf } from './codes-of.ts'
import { type Column, constantColumn } from './column.ts'
import type { QueryEnv } from './env.ts'
import type { Flow } from './flow.ts'
import type { Found } from './found.ts'
import { bindInputs, withoutConstants } from './inputs.ts'
import type { Limits } from './limits.ts'
import { outcomeOf, resultsOf } from './outcome.ts'
import { type Prepared, prepare } from './prepare.ts'
import type { Program } from './program.ts'
import { EngineValue, readInput } from './read-input.ts'
import { columnOf, distinctRows, emptyRelation, type Relation } from './relation.ts'
import { RowSet } from './row-set.ts'
import { RuleTables } from './rule-table.ts'
import type { Run, Source } from './run.ts'
import { tuplesRelation } from './run-tuples.ts'
import type { SlotBinding } from './slot-binding.ts'
import { solve } from './solve.ts'
import type { Arg, SubqueryStep, TuplesStep } from './step.ts'
import { topRows } from './top-rows.ts'
import type { Trace } from './trace.ts'

/** Runs a prepared program to its rows. */
export function* execute(prepared: Prepared, env: QueryEnv, limits: Limits, trace?: Trace): Flow<Found> {
  const { program, sources } = prepared
  const bound = yield* bindInputs(program, prepared.inputs, sources)
  const { constants } = bound
  const mixed = program.mixed || constants.some(isExact) || bound.relations.some((r) => r.columns.some(hasExact))
  const codes = new Codes(mixed)
  const run: Run = {
    sources,
    constants,
    codes,
    mixed,
    limits,
    scans: new Map(),
    known: new Map(),
    tables: new RuleTables(),
    trace,
    solve,
    tuples: (_, step) => readTuples(run, program, step),
    callRule,
    callSubquery: (_, step, r, wanted) => callSubquery(run, env, step, r, wanted),
  }
  const keep = slotsToKeep(program)
  if (bound.isContradiction) return { rows: emptyRelation(keep), bound, codes }
  const seeds = bound.relations.map((r) => withoutConstants(r, constants))
  const top = seeds.length === 0 ? yield* topRows(run, program, keep) : undefined
  const rows = top ?? (yield* solve(run, program.steps, seeds, keep))
  const found = withConstants(rows, keep, constants)
  return { rows: isOfSets(program) ? found : distinctRows(found, codes), bound, codes }
}

const isExact = (v: Value | undefined): boolean => v !== undefined && typeof v !== 'number' && isNumeric(v)
const hasExact = (column: Column): boolean => !(column instanceof Int32Array) && column.some(isExact)

/** Whether equal rows change nothing, for they are grouped and each aggregate counts equal values once. */
function isOfSets({ query }: Program): boolean {
  const { elements } = query.find
  const aggregates = elements.filter((element) => element.kind === 'aggregate')
  return aggregates.length > 0 && aggregates.every(({ fn, args }) => args.length === 0 && AGGREGATES.get(fn)?.ofSet)
}

function slotsToKeep(program: Program): number[] {
  return Array.from(new Set([...program.found, ...program.given.filter((slot) => slot !== undefined)]))
}

/** `r` with a column for each constant among `slots`. */
function withConstants(r: Relation, slots: readonly number[], constants: readonly (Value | undefined)[]): Relation {
  const missing = slots.filter((slot) => constants[slot] !== undefined && !r.slots.includes(slot))
  if (missing.length === 0) return r
  return {
    ...r,
    slots: [...r.slots, ...missing],
    columns: [...r.columns, ...missing.map((slot) => constantColumn(constants[slot] as Value, r.length))],
  }
}

function readTuples(run: Run, program: Program, step: TuplesStep): Flow<Relation> {
  return tuplesRelation(run, step, (raw, place) => {
    const slot = step.at[place] as number
    const role = slot === -1 ? undefined : program.roles[slot]
    const source = role !== undefined && 'source' in role ? run.sources[role.source] : undefined
    const db = source?.kind === 'db' ? source.db : undefined
    return readInput(db, role ?? { kind: 'none' }, raw, slot === -1 ? 'a tuple' : (program.names[slot] as string))
  })
}

type Wanted = (slot: number) => boolean

/** `r` with what a sub-query finds for each row, which is asked once for equal arguments. */
function* callSubquery(run: Run, env: QueryEnv, step: SubqueryStep, r: Relation, wanted: Wanted): Flow<Relation> {
  const slots = step.needs.filter((slot) => r.slots.includes(slot))
  const keys = slots.map((slot) => codesOf(run, r, slot))
  const asked = new RowSet(slots.length)
  const answers: Result[] = []
  const numbers = new Int32Array(r.length)
  for (let row = 0; row < r.length; row++) {
    const n = asked.numberOf(keys, row)
    numbers[row] = n
    if (n === answers.length) answers.push(yield* runSubquery(run, env, step, r, row))
  }
  return bindResults(
    run,
    step.binding as SlotBinding,
    r,
    wanted,
    step.form,
    (row) => answers[numbers[row] as number] as Result,
  )
}

function* runSubquery(run: Run, env: QueryEnv, step: SubqueryStep, r: Relation, row: number): Flow<Result> {
  let db: Db | readonly unknown[] = []
  const inputs: unknown[] = []
  step.args.forEach((arg, i) => {
    const input = step.inputs[i]
    if (input?.kind === 'source' && input.name === '$') db = sourceOf(run, arg)
    else inputs.push(argumentOf(run, arg, r, row))
  })
  const prepared = prepare(db, step.query, inputs, env)
  const found = yield* execute(prepared, env, run.limits)
  return resultsOf(prepared.program, outcomeOf(prepared.program, found, env))
}

function sourceOf(run: Run, arg: Arg): Db | readonly unknown[] {
  const source = arg.kind === 'source' ? (run.sources[arg.source] as Source) : undefined
  if (source === undefined) return []
  return source.kind === 'db' ? source.db : source.rows
}

function argumentOf(run: Run, arg: Arg, r: Relation, row: number): unknown {
  switch (arg.kind) {
    case 'source':
      return sourceOf(run, arg)
    case 'slot':
      return new EngineValue(run.constants[arg.slot] ?? (columnOf(r, arg.slot)?.[row] as Value))
    default:
      return engineValues(constantOf(run, arg) ?? null)
  }
}

const engineValues = (x: Result): unknown => (Array.isArray(x) ? x.map(engineValues) : new EngineValue(x as Value))

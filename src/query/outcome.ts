import type { Value } from '../datom/value.ts'
import type { Result } from './builtin.ts'
import type { QueryEnv } from './env.ts'
import type { Found } from './found.ts'
import { orderedRows } from './order-rows.ts'
import type { Program } from './program.ts'
import { wrongInput } from './read-input.ts'
import { columnOf } from './relation.ts'
import { aggregateTable, checkAmounts, type Output, plainTable, resultAt, type Table } from './results.ts'
import { eachRow } from './shape-result.ts'

/** The columns of a result and which rows of them are asked for, in order. */
export interface Outcome {
  readonly table: Table
  readonly rows: Int32Array
}

/** Aggregates, orders and cuts what a program found. */
export function outcomeOf(program: Program, found: Found, env: QueryEnv): Outcome {
  const { query } = program
  const { constants } = found.bound
  const amounts = program.aggregateArgs.map((args) =>
    args.map((arg) => (typeof arg === 'number' ? arg : 'value' in arg ? arg.value : (constants[arg.slot] as Value))),
  )
  checkAmounts(query.find, amounts)
  const isAggregate = query.find.elements.some((element) => element.kind === 'aggregate')
  const elements = program.found.slice(0, query.find.elements.length)
  const plain = isAggregate
    ? aggregateTable(found.rows, query.find, elements, groupSlots(program, found), amounts, found.codes, env)
    : plainTable(found.rows, elements)
  const table = withGiven(program, found, plain)
  const offset = amountOf(program.offset, constants, ':offset') ?? 0
  const asked = amountOf(program.limit, constants, ':limit')
  const isOne = query.find.shape === 'scalar' || query.find.shape === 'tuple'
  const limit = isOne ? Math.min(asked ?? 1, 1) : asked
  return { table, rows: orderedRows(table, query.orderBy, offset, limit) }
}

/** How many rows are asked for, or left out. Throws `query/wrong-input` for an input that is no whole number from 0. */
export function amountOf(
  amount: Program['limit'],
  constants: readonly (Value | undefined)[],
  where: string,
): number | undefined {
  if (amount === undefined || typeof amount === 'number') return amount
  const n = constants[amount.slot]
  if (typeof n !== 'number' || !Number.isSafeInteger(n) || n < 0) throw wrongInput(where, n, 'a whole number from 0')
  return n
}

/** What groups are formed by: the elements that are no aggregates, entities by how they were given. */
function groupSlots(program: Program, found: Found): number[] {
  return program.query.find.elements.flatMap((element, i) => {
    if (element.kind === 'aggregate') return []
    const given = program.given[i]
    return [given !== undefined && columnOf(found.rows, given) !== undefined ? given : (program.found[i] as number)]
  })
}

/** Entities that an input gave in another way than by id come back as they were given. */
function withGiven(program: Program, found: Found, table: Table): Table {
  const outputs = table.outputs.map((output, i): Output => {
    const slot = program.given[i]
    const raw = slot === undefined ? undefined : found.bound.given.get(program.found[i] as number)
    if (raw !== undefined) return { kind: 'shown', shown: new Array(table.length).fill(raw) }
    const list = slot === undefined ? undefined : (found.bound.given.get(slot) as readonly unknown[] | undefined)
    const places = slot === undefined ? undefined : columnOf(found.rows, slot)
    if (list === undefined || places === undefined) return output
    const place = (row: number): number => places[table.rows?.[row] ?? row] as number
    return { kind: 'shown', shown: Array.from({ length: table.length }, (_, row) => list[place(row)]) }
  })
  return { ...table, outputs }
}

/** What a sub-query gives the variables of its binding. */
export function resultsOf(program: Program, { table, rows }: Outcome): Result {
  const cell = (output: Output, row: number): Result => resultAt(output, row, 'a sub-query')
  const [first] = rows
  const all = (row: number): Result => table.outputs.map((output) => cell(output, row))
  switch (program.query.find.shape) {
    case 'scalar':
      return first === undefined ? null : cell(table.outputs[0] as Output, first)
    case 'tuple':
      return first === undefined ? null : all(first)
    case 'collection':
      return eachRow(rows, (row) => cell(table.outputs[0] as Output, row))
    default:
      return eachRow(rows, all)
  }
}

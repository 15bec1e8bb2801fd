import { AnnalsError } from '../base/errors.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import type { Schema } from '../datom/schema.ts'
import { sameValue, type Value } from '../datom/value.ts'
import { type Column, ColumnBuilder } from './column.ts'
import { datomRow } from './datom-row.ts'
import { type Flow, waitFor } from './flow.ts'
import type { Program } from './program.ts'
import { queryKey } from './query-key.ts'
import { EngineValue, readInput, wrongInput } from './read-input.ts'
import { columnOf, dropColumns, pickMarked, type Relation } from './relation.ts'
import type { Role } from './roles.ts'
import { type Source, schemaOf } from './run.ts'
import { bindingSlots, type SlotBinding, takeApart } from './slot-binding.ts'

/** What the inputs of a query give, ready to run with. */
export interface BoundInputs {
  /** By slot: constants of the query and scalar inputs. */
  readonly constants: (Value | undefined)[]
  readonly relations: Relation[]
  /** By slot of an input: how its entities were given; a list by row where a relation has the slot that says which. */
  readonly given: Map<number, unknown>
  /** Two inputs for one variable disagree: no row can be found. */
  isContradiction: boolean
}

/** Reads the inputs of `program` and its constants. Throws what {@link readInput} throws, and `query/wrong-input`. */
export function* bindInputs(
  program: Program,
  inputs: readonly unknown[],
  sources: readonly Source[],
): Flow<BoundInputs> {
  const out: BoundInputs = { constants: [], relations: [], given: new Map(), isContradiction: false }
  const reader = new InputReader(program, sources, out)
  for (const { slot, raw } of program.constants) yield* reader.constant(slot, raw)
  for (let i = 0; i < program.inputs.length; i++) {
    const binding = program.inputs[i]
    if (binding !== undefined) yield* reader.bind(binding, inputs[i])
  }
  return out
}

/** Reads what is given for a slot, as its role says. Throws what {@link readInput} throws. */
export function readSlot(
  { roles, names }: Program,
  sources: readonly Source[],
  slot: number,
  raw: unknown,
): MaybePromise<Value> {
  const role = roles[slot] ?? NO_ROLE
  const source = 'source' in role ? sources[role.source] : undefined
  return readInput(source?.kind === 'db' ? source.db : undefined, role, raw, names[slot] as string)
}
const NO_ROLE: Role = { kind: 'none' }

class InputReader {
  readonly #schema: Schema | undefined

  constructor(
    private readonly program: Program,
    private readonly sources: readonly Source[],
    private readonly out: BoundInputs,
  ) {
    this.#schema = schemaOf(sources)
  }

  #read(slot: number, raw: unknown): MaybePromise<Value> {
    return readSlot(this.program, this.sources, slot, raw)
  }

  *constant(slot: number, raw: unknown): Flow<void> {
    this.out.constants[slot] = yield* waitFor(this.#read(slot, raw))
  }

  *bind(binding: SlotBinding, raw: unknown): Flow<void> {
    if (binding.kind === 'slot') {
      if (binding.slot !== -1) yield* this.#scalar(binding.slot, raw)
    } else if (binding.kind === 'tuple') {
      const items = membersOf(raw, binding, this.#nameOf(binding), this.#schema)
      for (let i = 0; i < binding.items.length; i++) yield* this.bind(binding.items[i] as SlotBinding, items[i])
    } else yield* this.#collection(binding, raw)
  }

  *#scalar(slot: number, raw: unknown): Flow<void> {
    const { constants, given } = this.out
    const v = yield* waitFor(this.#read(slot, raw))
    const before = constants[slot]
    if (before !== undefined && !sameValue(before, v)) this.out.isContradiction = true
    constants[slot] ??= v
    if (this.program.given.length > 0 && isGivenOtherwise(raw)) given.set(slot, raw)
  }

  /** A list, of which each item makes rows. */
  *#collection(binding: SlotBinding & { readonly kind: 'collection' }, raw: unknown): Flow<void> {
    const slots: number[] = []
    const given: unknown[][] = []
    const now: unknown[] = []
    let length = 0
    bindingSlots(binding, (slot) => given.push([]) && slots.push(slot))
    const where = this.#nameOf(binding)
    const set = (slot: number, x: unknown, rest: () => void): void => {
      if (slot !== -1) now.push(x)
      rest()
      if (slot !== -1) now.pop()
    }
    takeApart(
      binding,
      raw,
      (x, b) => membersOf(x, b, where, this.#schema),
      set,
      () => {
        for (let k = 0; k < slots.length; k++) (given[k] as unknown[]).push(now[k])
        length++
      },
    )
    let all: Relation = { length, slots: [], columns: [], sorted: -1, distinct: false }
    const marks = new Uint8Array(length)
    for (const [k, slot] of slots.entries()) {
      const column = yield* this.#column(slot, given[k] as unknown[])
      const before = columnOf(all, slot)
      if (before === undefined) all = withColumn(all, slot, column)
      else markOthers(before, (i) => column[i] as Value, marks)
      this.#noteGiven(slot, given[k] as unknown[])
    }
    for (const slot of slots) {
      const asGiven = this.#givenSlot(slot)
      if (asGiven === undefined || !this.out.given.has(asGiven) || all.slots.includes(asGiven)) continue
      all = withColumn(all, asGiven, firstPlaces(this.out.given.get(asGiven) as readonly unknown[]))
    }
    this.out.relations.push(pickMarked(all, marks, 0))
  }

  /** Remembers how the entities of a column were given, where that was not by id. */
  #noteGiven(slot: number, raw: readonly unknown[]): void {
    const asGiven = this.#givenSlot(slot)
    if (asGiven !== undefined && raw.some(isGivenOtherwise)) this.out.given.set(asGiven, raw)
  }

  #givenSlot(slot: number): number | undefined {
    const { given, found } = this.program
    return given.find((mark, i) => mark !== undefined && found[i] === slot)
  }

  *#column(slot: number, raw: readonly unknown[]): Flow<Column> {
    const read = raw.map((x) => this.#read(slot, x))
    const pending = read.filter((x) => x instanceof Promise)
    if (pending.length > 0) yield Promise.all(pending)
    const out = new ColumnBuilder(raw.length)
    for (const x of read) out.push(yield* waitFor(x))
    return out.done()
  }

  #nameOf(binding: SlotBinding): string {
    let name = '_'
    bindingSlots(binding, (slot) => {
      if (name === '_') name = this.program.names[slot] as string
    })
    return name
  }
}

/** Whether what is given shows otherwise than the value that it stands for: neither an id nor what a query gives to its sub-query. */
const isGivenOtherwise = (x: unknown): boolean => typeof x !== 'number' && !(x instanceof EngineValue)

const withColumn = (r: Relation, slot: number, column: Column): Relation => ({
  ...r,
  slots: [...r.slots, slot],
  columns: [...r.columns, column],
})

/** Where each of `list` stands first: what is given twice in one way is one thing. */
function firstPlaces(list: readonly unknown[]): Int32Array {
  const first = new Map<unknown, number>()
  return Int32Array.from(list, (x, i) => {
    const key = queryKey([x]) ?? x
    if (!first.has(key)) first.set(key, i)
    return first.get(key) as number
  })
}

/** Marks the rows in which `column` has a value that does not unify with the wanted one. */
function markOthers(column: Column, wanted: (row: number) => Value, marks: Uint8Array): void {
  for (let i = 0; i < column.length; i++) if (!sameValue(column[i] as Value, wanted(i))) marks[i] = 1
}

/** `r` without the columns of slots that are constant, and without the rows that disagree with one. */
export function withoutConstants(r: Relation, constants: readonly (Value | undefined)[]): Relation {
  const marks = new Uint8Array(r.length)
  const kept: number[] = []
  r.slots.forEach((slot, c) => {
    const constant = constants[slot]
    if (constant === undefined) kept.push(slot)
    else markOthers(r.columns[c] as Column, () => constant, marks)
  })
  return kept.length === r.slots.length ? r : dropColumns(pickMarked(r, marks, 0), kept, false)
}

/** The members of what is given for a tuple or a collection. Throws `query/wrong-input`. */
function membersOf(raw: unknown, b: SlotBinding, where: string, schema: Schema | undefined): readonly unknown[] {
  const items = raw instanceof Set || raw instanceof Map ? Array.from<unknown>(raw) : datomRow(raw, schema)
  const least = b.kind === 'tuple' ? b.items.length : 0
  if (Array.isArray(items) && items.length >= least) return items
  throw wrongInput(where, raw, least > 0 ? `a list of ${least}` : 'a list')
}

/** Checks that there are as many inputs as `:in` names. Throws `query/wrong-input`. */
export function checkCount(wanted: readonly string[], given: number): void {
  if (wanted.length === given) return
  const names = wanted.length === 0 ? 'none' : wanted.join(' ')
  throw new AnnalsError('query/wrong-input', `the query wants ${wanted.length} inputs (${names}), got ${given}`, {
    wanted: wanted.length,
    given,
  })
}

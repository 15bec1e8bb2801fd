import type { Codes } from './codes.ts'
import { IntBuffer } from './int-buffer.ts'
import type { Relation } from './relation.ts'
import { RowSet } from './row-set.ts'
import type { Rule } from './step.ts'

/**
 * What is known of a rule when certain parameters are bound: the values that were asked for (demand) and the rows found for
 * them (answers), which each belong to one row of the demand. Both only grow.
 */
export class RuleTable {
  readonly demand: RowSet
  readonly answers: RowSet
  /** How much of the demand has been worked on. */
  demandDone = 0
  /** By body and recursive call in it: how many answers of the called table have been worked on. */
  readonly callsDone: number[][] = []
  readonly isOpen: boolean
  /** By row of the demand: its last answer + 1; by answer: the one before it for the same row, + 1. Unused when open. */
  readonly #last = new IntBuffer()
  readonly #previous = new IntBuffer()
  readonly #boundPlaces: readonly number[]

  constructor(
    readonly rule: Rule,
    /** By parameter: whether a value is given. When none is, the table is open: there is one demand, for everything. */
    readonly bound: readonly boolean[],
  ) {
    this.#boundPlaces = bound.flatMap((b, i) => (b ? [i] : []))
    this.isOpen = this.#boundPlaces.length === 0
    this.demand = new RowSet(this.#boundPlaces.length)
    this.answers = new RowSet(bound.length)
  }

  /** The number in the demand of the values in row `i` of `columns` (codes, by bound parameter). */
  ask(columns: readonly Int32Array[], i: number): number {
    const number = this.demand.numberOf(columns, i)
    if (!this.isOpen && this.#last.length <= number) this.#last.push(0)
    return number
  }

  /** Adds the first `length` rows of `columns` (codes, by parameter) to the answers; `distinct`: no two of them are equal. */
  answer(columns: readonly Int32Array[], length: number, distinct: boolean): void {
    if (this.isOpen && distinct && this.answers.size === 0) {
      this.answers.append(columns, length)
      return
    }
    const key = this.#boundPlaces.map((place) => columns[place] as Int32Array)
    for (let i = 0; i < length; i++) {
      if (!this.answers.add(columns, i) || this.isOpen) continue
      const asked = this.demand.find(key, i)
      this.#previous.push(this.#last.data[asked] as number)
      this.#last.data[asked] = this.answers.size
    }
  }

  /** The newest answer to row `asked` of the demand, or -1; older ones by {@link before}. Requires: not open. */
  newest(asked: number): number {
    return (this.#last.data[asked] as number) - 1
  }
  before(answer: number): number {
    return (this.#previous.data[answer] as number) - 1
  }

  /** Rows `from ..< to` of the demand, over the rule's bound parameters. */
  demandRelation(codes: Codes, from: number, to: number): Relation {
    return {
      length: to - from,
      slots: this.#boundPlaces.map((place) => this.rule.params[place] as number),
      columns: this.#boundPlaces.map((_, c) => codes.decode(this.demand.column(c, from, to))),
      sorted: -1,
      distinct: true,
    }
  }
}

/** The tables of one run. */
export class RuleTables {
  readonly #all: RuleTable[] = []

  /** The table for calls of `rule` with values for the parameters in `bound`. */
  of(rule: Rule, bound: readonly boolean[]): RuleTable {
    for (const table of this.#all) {
      if (table.rule === rule && table.bound.every((b, i) => b === bound[i])) return table
    }
    const table = new RuleTable(rule, bound)
    this.#all.push(table)
    return table
  }

  /** The tables of rules that call each other, so far. */
  inComponent(component: number): readonly RuleTable[] {
    return this.#all.filter((table) => table.rule.component === component)
  }
}

import { append } from '../base/append.ts'
import type { Attribute } from '../datom/schema.ts'
import { type Increment, type TxData, TxDataBuilder } from '../datom/tx-data.ts'
import type { Value } from '../datom/value.ts'

/** One fact of a transaction, as its undo sees it. */
export interface UndoneFact {
  readonly e: number
  readonly a: Attribute
  readonly v: Value
  /** Whether the transaction had asserted it, so that undoing retracts it. */
  readonly asserted: boolean
}

/** Why a fact is left alone. */
export interface Refusal {
  /** `schema`: the schema entity that it is about is in use, or what would be left of it makes no sense. */
  readonly reason: 'superseded' | 'entity-gone' | 'target-gone' | 'unique-conflict' | 'schema'
  /** The transaction that spoke later, where one did. */
  readonly by: number | undefined
}

/** A fact, with the transaction that had stated it. */
export interface RevertedFact extends UndoneFact {
  readonly tx: number
}
export interface SkippedFact extends RevertedFact, Refusal {}

/** What an undo says: asserted facts are retracted, retracted ones asserted. */
export interface UndoChange {
  readonly facts: readonly UndoneFact[]
  /** What it takes back of counters. */
  readonly increments: readonly Increment[]
}
export interface UndoPlan {
  readonly change: UndoChange
  /** Facts that the transactions had stated, which are reverted. */
  readonly reverted: readonly RevertedFact[]
  readonly skipped: readonly SkippedFact[]
}

/** A transaction to undo, with its datoms. */
export interface UndoneTx {
  readonly tx: number
  readonly data: TxData
}

/** A fact's place, as text. */
export const placeKey = (e: number, a: number): string => `${e} ${a}`

/** The datoms of an undo that makes `change`. */
export function undoData({ facts, increments }: UndoChange): TxDataBuilder {
  const data = new TxDataBuilder()
  for (const { e, a, v, asserted } of facts) data.push(e, a.id, v, asserted ? 0 : 1)
  append(data.increments, increments)
  return data
}

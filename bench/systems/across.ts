import type { Item } from '../data/inventory.ts'

/** A row of the large answer. Places stand for names, as refs do. */
export type AcrossRow = readonly [sku: string, color: number, size: number, count: number]

/** Answers from a worker to its page. */
export interface Across {
  /** Makes ready to answer about these items. */
  open(items: readonly Item[]): Promise<void>
  /** The smallest question and answer: the count of an item. */
  small(sku: string): Promise<number | undefined>
  /** All items, in whatever order. */
  large(): Promise<AcrossRows>
}

/** Rows that have arrived, such as the system gives them. */
export interface AcrossRows {
  readonly length: number
  /** The count of one of them. */
  countAt(row: number): number | undefined
}

/** Answers that are rows already. */
export const asRows = (rows: readonly AcrossRow[]): AcrossRows => ({
  length: rows.length,
  countAt: (row) => rows[row]?.[3],
})

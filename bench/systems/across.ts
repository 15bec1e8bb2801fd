import type { Item } from '../data/inventory.ts'

/** A row of the large answer. Places stand for names, as refs do. */
export type AcrossRow = readonly [sku: string, color: number, size: number, count: number]

/** Answers from a worker to its page. */
export interface Across {
  /** Makes ready to answer about these items. */
  open(items: readonly Item[]): Promise<void>
  /** The smallest question and answer: the count of an item. */
  small(sku: string): Promise<number | undefined>
  /** All items; resolves to how many came, with the last one read. */
  large(): Promise<number>
}

import type { Rows } from './rows.ts'
import type { Batch } from './scan.ts'

/** The rows `start ..< end` of a leaf or segment. At least one. */
export interface Part {
  readonly rows: Rows
  readonly start: number
  readonly end: number
}

export const wholePart = (rows: Rows): Part => ({ rows, start: 0, end: rows.length })

export const countParts = (parts: readonly Part[]): number => parts.reduce((n, { start, end }) => n + end - start, 0)

/** The rows as a reader gets them. */
export const lendPart = ({ rows, start, end }: Part): Batch => ({
  start,
  end,
  e: rows.e,
  a: rows.a,
  v: rows.v,
  tx: rows.tx,
  added: undefined,
})

import type { Rows } from './rows.ts'

/** The rows `start ..< end` of a leaf or segment. At least one. */
export interface Part {
  readonly rows: Rows
  readonly start: number
  readonly end: number
}

export const countParts = (parts: readonly Part[]): number => parts.reduce((n, { start, end }) => n + end - start, 0)

import type { DataName } from '../data/data.ts'
import type { Budget } from '../measure/time-of.ts'

/** One number of one run. The unit follows from the name: report/units.ts. */
export interface Figure {
  readonly name: string
  readonly value: number
}

/** One query workload, with what every system must answer: digests by ask, from the main process. */
export interface QueriesJob {
  readonly kind: 'queries'
  readonly data: DataName
  readonly suffix: string
  readonly asks: readonly string[]
  readonly expected: Readonly<Record<string, string>>
  readonly budget: Budget
}

/** Import of items into an empty database, closed afterwards. */
export interface ImportJob {
  readonly kind: 'import'
  /** Its name, in the profile and on the server. */
  readonly database: string
  readonly items: number
}

/** Small transactions on what an import left. Orders are added at the end, untimed. */
export interface WriteJob {
  readonly kind: 'write'
  readonly database: string
  readonly items: number
  readonly orders: number
}

/** The first lookup in a new browser, and whether it finds what was acknowledged before. The database stays open. */
export interface ColdJob {
  readonly kind: 'cold'
  readonly database: string
  readonly items: number
  /** Counts that were acknowledged. */
  readonly written: readonly (readonly [sku: string, count: number])[]
}

/** Writes that a live query sees, in a database of its own. */
export interface LiveJob {
  readonly kind: 'live'
  readonly items: number
  readonly writes: number
}

/** Small and large answers across a worker's boundary. */
export interface AcrossJob {
  readonly kind: 'across'
  readonly rows: number
}

/** The same queries before and after a long past, and in it. */
export interface HistoryJob {
  readonly kind: 'history'
  readonly people: number
  /** How often every person changes. */
  readonly rounds: number
  readonly budget: Budget
}

export type Job = (QueriesJob | HistoryJob | ImportJob | WriteJob | ColdJob | LiveJob | AcrossJob) & {
  readonly system: string
}

/** A workload that a system could not do, or answered otherwise than the rest. */
export interface Failure {
  readonly name: string
  readonly message: string
}

export interface JobResult {
  readonly figures: readonly Figure[]
  readonly failures?: readonly Failure[]
  /** Of a WriteJob, for the ColdJob after it. */
  readonly written?: readonly (readonly [sku: string, count: number])[]
}

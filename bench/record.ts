import type { Figure } from './jobs/job.ts'

/** One number of one run, as it lies in the results. Times are milliseconds, memory and sizes bytes. */
export interface Sample {
  readonly host: 'node' | 'chromium'
  readonly group: 'Q' | 'H' | 'S' | 'L' | 'R'
  readonly workload: string
  readonly system: string
  /** From 1. */
  readonly run: number
  readonly value: number
}

export interface Trouble {
  readonly host: 'node' | 'chromium'
  readonly system: string
  readonly workload: string
  readonly message: string
}

export interface Size {
  readonly name: string
  readonly bytes: number
}

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly system: string
  readonly node: string
  readonly chromium: string
  /** The load average when the run began: above the number of cores, times say little. */
  readonly load: number
}

export interface Results {
  readonly date: string
  readonly full: boolean
  /** What the run was narrowed to; empty for everything. */
  readonly only: readonly string[]
  readonly runs: number
  /** Items of the storage and live workloads. */
  readonly itemSizes: readonly number[]
  readonly orders: number
  /** How often everything had changed in the long past. */
  readonly past: number
  readonly machine: Machine
  readonly versions: Readonly<Record<string, string>>
  readonly samples: readonly Sample[]
  readonly troubles: readonly Trouble[]
  /** Turns that were made, by name, so that a run can go on. */
  readonly done: readonly string[]
  /** What there was no time for. */
  readonly left: readonly { readonly part: string; readonly system: string }[]
  readonly sizes: readonly Size[]
  /** Costs of annals that do not depend on the machine. */
  readonly counters: readonly Figure[]
}

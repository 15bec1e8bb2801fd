import type { Outcome } from '../jobs/outcome.ts'

export interface WorkerAnswer {
  readonly outcome: Outcome
  /** What WebAssembly holds in the worker after the job. */
  readonly wasmBytes: number
}

import type { ExplainedStep } from '../api/explanation.ts'
import type { Edn } from '../datom/atoms.ts'
import type { Estimate } from './estimate.ts'
import { showForm } from './malformed.ts'

interface Open {
  readonly steps: ExplainedStep[]
  readonly since: number
}

/** Records how a query was run. */
export class Trace {
  readonly steps: ExplainedStep[] = []
  readonly #open: Open[] = []

  start(): void {
    this.#open.push({ steps: [], since: performance.now() })
  }

  /** Ends the step that was started last. */
  end(step: { readonly kind: string; readonly form: Edn }, estimate: Estimate | undefined, rows: number): void {
    const { steps, since } = this.#open.pop() as Open
    const around = this.#open.at(-1)?.steps ?? this.steps
    const ms = performance.now() - since
    const estimated = estimate === undefined ? undefined : Math.round(estimate.rows)
    around.push({ clause: showForm(step.form), kind: step.kind, estimated, rows, ms, steps })
  }
}

import type { AnnalsError } from './errors.ts'
import { ValueStore } from './value-store.ts'

/** Failures kept at most, the newest. */
const KEPT = 20

/** Failures that nobody awaited, as a store; what nobody listens to goes to the console. */
export class Failures extends ValueStore<readonly AnnalsError[]> {
  constructor() {
    super(Object.freeze([]))
  }

  /** Keeps `errors`; listeners hear of it by `tell`. */
  add(errors: readonly AnnalsError[]): void {
    this.put(Object.freeze([...this.getSnapshot(), ...errors].slice(-KEPT)))
    if (!this.isHeard) for (const error of errors) console.error(`annals: ${error.code}: ${error.message}`)
  }
}

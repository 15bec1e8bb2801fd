import type { AnnalsError } from '../base/errors.ts'
import { ValueStore } from './value-store.ts'

/** Failures kept at most, the newest. */
const KEPT = 20

/** The page's end of `conn.health`; what nobody listens to goes to the console. */
export class PageFailures extends ValueStore<readonly AnnalsError[]> {
  constructor() {
    super(Object.freeze([]))
  }

  add(errors: readonly AnnalsError[]): void {
    this.put(Object.freeze([...this.getSnapshot(), ...errors].slice(-KEPT)))
    if (!this.isHeard) for (const error of errors) console.error(`annals: ${error.code}: ${error.message}`)
  }
}

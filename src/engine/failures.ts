import type { Store } from '../api/live.ts'
import type { AnnalsError } from '../base/errors.ts'

/** Failures kept at most, the newest. */
const KEPT = 20

/** Failures that nobody awaited, as a store; unheard, they go to the console. */
export class Failures implements Store<readonly AnnalsError[]> {
  private list: readonly AnnalsError[] = Object.freeze([])
  private readonly listeners = new Set<() => void>()

  readonly subscribe = (listener: () => void): (() => void) => {
    const own = (): void => listener()
    this.listeners.add(own)
    return () => {
      this.listeners.delete(own)
    }
  }
  readonly getSnapshot = (): readonly AnnalsError[] => this.list
  readonly getServerSnapshot = (): readonly AnnalsError[] => this.list

  add(error: AnnalsError): void {
    this.list = Object.freeze([...this.list, error].slice(-KEPT))
    if (this.listeners.size === 0) console.error(`annals: ${error.code}: ${error.message}`)
    for (const listener of [...this.listeners]) listener()
  }
}

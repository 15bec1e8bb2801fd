import type { Store } from '../api/live.ts'
import { Listeners } from './listeners.ts'

/** A store whose value is put in place first and told of later, so that several can move together. */
export class ValueStore<T> implements Store<T> {
  protected readonly listeners = new Listeners<void>()

  constructor(
    private value: T,
    private readonly onServer: T = value,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => this.listeners.add(listener)
  readonly getSnapshot = (): T => this.value
  readonly getServerSnapshot = (): T => this.onServer

  get isHeard(): boolean {
    return this.listeners.size > 0
  }

  put(value: T): void {
    this.value = value
  }

  tell(): void {
    this.listeners.call()
  }
}

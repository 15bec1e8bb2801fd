import type { AnnalsError } from '../base/errors.ts'

/** What a live query shows: frozen, and the same object until something changes. `t` is the basis of the answer. */
export type LiveSnapshot<T> =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly data: T; readonly t: number }
  | { readonly status: 'error'; readonly error: AnnalsError; readonly data?: T }

/** A store for `useSyncExternalStore`: methods need no `this`. */
export interface Store<T> {
  readonly subscribe: (listener: () => void) => () => void
  readonly getSnapshot: () => T
  readonly getServerSnapshot: () => T
}
export type LiveQuery<T> = Store<LiveSnapshot<T>>

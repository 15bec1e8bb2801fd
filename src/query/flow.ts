import type { MaybePromise } from '../base/maybe-promise.ts'

/**
 * A computation that may have to wait for segments: it yields what it waits for. Run by {@link runFlow}, it costs no turn of
 * the event loop while everything is in memory.
 */
export type Flow<T> = Generator<Promise<unknown>, T, void>

/** Runs `flow`: to its end at once if it never waits, else as a promise. */
export function runFlow<T>(flow: Flow<T>): MaybePromise<T> {
  const first = flow.next()
  return first.done === true ? first.value : rest(flow, first.value)
}

async function rest<T>(flow: Flow<T>, first: Promise<unknown>): Promise<T> {
  let waiting = first
  for (;;) {
    try {
      await waiting
    } catch (e) {
      flow.throw(e) // lets the flow clean up; it throws e on
      throw e
    }
    const next = flow.next()
    if (next.done === true) return next.value
    waiting = next.value
  }
}

/** Waits for `x` inside a flow, if it has to be waited for. */
export function* waitFor<T>(x: MaybePromise<T>): Flow<T> {
  if (!(x instanceof Promise)) return x
  let value: { readonly it: T } | undefined
  yield x.then((it) => {
    value = { it }
  })
  return (value as unknown as { readonly it: T }).it
}

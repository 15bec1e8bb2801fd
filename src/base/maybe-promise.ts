/** What is there already, or will be: awaiting costs a turn of the event loop, so hot paths look first. */
export type MaybePromise<T> = T | Promise<T>

/** `f(x)` now if `x` is there, else when it comes. */
export function andThen<T, U>(x: MaybePromise<T>, f: (x: T) => MaybePromise<U>): MaybePromise<U> {
  return x instanceof Promise ? x.then(f) : f(x)
}

/** Whether two types are one, `unknown` and optional keys told apart. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only where the value's type is exactly `T`: `is<string>()(value)`. */
export const is =
  <T>() =>
  <V>(_value: V, ..._same: Same<V, T> extends true ? [] : [found: V, wanted: T]): void => {}

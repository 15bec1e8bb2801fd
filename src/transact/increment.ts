import type { Attribute } from '../datom/schema.ts'
import type { Value } from '../datom/value.ts'

/** The sum of two numbers of one type. */
export const plus = <N extends number | bigint>(x: N, y: N): N => ((x as number) + (y as number)) as N

/** What a number attribute has after adding `delta` to `value` (nothing counts as 0); undefined beyond the type's range. */
export function incremented(a: Attribute, value: Value | undefined, delta: number | bigint): Value | undefined {
  const sum = value === undefined ? delta : plus(value as number | bigint, delta)
  const fits = a.type === 'long' ? Number.isSafeInteger(sum) : !Object.is(sum, Number.NaN)
  return fits ? sum : undefined
}

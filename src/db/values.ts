import type { Value } from '../datom/value.ts'

/** A column of values: small integers unboxed, where there is nothing else. */
export type Values = Int32Array | readonly Value[]

export const isInt32 = (v: Value): v is number => typeof v === 'number' && (v | 0) === v

/** `values[start ..< end]` at the same places, unboxed, as they are if they are so; undefined where they are not all small integers. */
export function intsOf(values: ArrayLike<Value>, start: number, end: number): Int32Array | undefined {
  if (values instanceof Int32Array) return values
  if (!isInt32(values[start] as Value)) return undefined
  const out = new Int32Array(end)
  for (let i = start; i < end; i++) {
    const x = values[i] as Value
    if (!isInt32(x)) return undefined
    out[i] = x
  }
  return out
}

/** Arguments that one call may safely have. */
const MOST_ARGUMENTS = 1000

/** All of `runs`, one after the other: `length` values, unboxed where one of the runs is and none says anything else. */
export function joinValues(runs: readonly Values[], length: number): Values {
  if (runs.some((run) => run instanceof Int32Array)) return joinInts(runs, length) ?? joinEach(runs)
  return runs.length <= MOST_ARGUMENTS ? ([] as Value[]).concat(...(runs as readonly Value[][])) : joinEach(runs)
}

function joinInts(runs: readonly Values[], length: number): Int32Array | undefined {
  const out = new Int32Array(length)
  let at = 0
  for (const run of runs) {
    const ints = intsOf(run, 0, run.length)
    if (ints === undefined) return undefined
    out.set(ints, at)
    at += ints.length
  }
  return out
}

function joinEach(runs: readonly Values[]): Value[] {
  const out: Value[] = []
  for (const run of runs) for (let i = 0; i < run.length; i++) out.push(run[i] as Value)
  return out
}

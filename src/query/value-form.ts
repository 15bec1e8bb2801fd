import type { Value } from '../datom/value.ts'
import type { Batch } from '../db/scan.ts'
import { intsOf } from '../db/values.ts'
import type { Coded } from './column.ts'

/** What the values of a leaf or segment are beside an array: small integers, or few different values; null for neither. */
type Form = Int32Array | Coded | null

/** The form of the rows `start ..< end`, in the places of the array; undefined before their second look. */
interface Known {
  readonly start: number
  readonly end: number
  form: Form | undefined
}

const known = new WeakMap<readonly Value[], Known>()

/** Runs shorter than this are read faster than their form is found. */
const SHORTEST = 64
/** As many as a byte can number; where more than half differ, numbering them helps nobody either. */
const MOST_VALUES = 256

/**
 * The form of a batch's values, at the places `b.start ..< b.end`. It is made at the second look and kept as long as they are, for what
 * is looked at once is often made for that (by a time view, or of novelty). undefined or null where there is none.
 */
export function formOf({ v, start, end }: Batch): Form | undefined {
  if (v instanceof Int32Array) return v
  const found = known.get(v)
  if (found !== undefined && found.start <= start && end <= found.end) {
    if (found.form === undefined) found.form = intsOf(v, found.start, found.end) ?? coded(v, found.start, found.end)
    return found.form
  }
  if (end - start >= SHORTEST && (end - start) * 2 > v.length) known.set(v, { start, end, form: undefined })
  return undefined
}

function coded(v: readonly Value[], start: number, end: number): Form {
  const codes = new Map<Value, number>()
  const most = Math.min(MOST_VALUES, (end - start) / 2)
  const at = new Uint8Array(end)
  for (let i = start; i < end; i++) {
    const x = v[i] as Value
    let code = codes.get(x)
    if (code === undefined) {
      code = codes.size
      if (code >= most) return null
      codes.set(x, code)
    }
    at[i] = code
  }
  return { list: Array.from(codes.keys()), at }
}

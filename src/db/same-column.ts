/** Columns of one number throughout, by that number. Only ever read. */
const columns = new Map<number, Int32Array>()
/** So many are kept, each of some kilobytes. */
const KEPT = 64

/** A column that says the same throughout: part of a longer one, by which {@link isShared} tells it. */
export function sameColumn(number: number, length: number): Int32Array {
  let column = columns.get(number)
  if (column === undefined || column.length <= length) {
    if (columns.size === KEPT) columns.clear()
    column = new Int32Array(length + 1).fill(number)
    columns.set(number, column)
  }
  return column.subarray(0, length)
}

/** Whether a column that was read takes no room of its own. */
export const isShared = ({ byteLength, buffer }: Int32Array): boolean => byteLength < buffer.byteLength

/** The places `lo ..< hi` of `column` by themselves, shared where they say the same throughout. Requires: at least one. */
export function shareColumn(column: Int32Array, lo: number, hi: number): Int32Array {
  const first = column[lo] as number
  let same = lo + 1
  while (same < hi && column[same] === first) same++
  return same === hi ? sameColumn(first, hi - lo) : column.slice(lo, hi)
}

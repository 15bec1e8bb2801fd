/** Columns of one number throughout, by that number. Only ever read. */
const columns = new Map<number, Int32Array>()
/** So many are kept, each of some kilobytes. */
const KEPT = 64

/** Numbers as a column. One that says the same throughout is shared: the attribute, or the transaction of an import, of many segments. */
export function columnOf(numbers: Float64Array): Int32Array {
  const { length } = numbers
  const [first = 0] = numbers
  if (!numbers.every((x) => x === first)) return new Int32Array(numbers)
  let column = columns.get(first)
  if (column === undefined || column.length < length) {
    if (columns.size === KEPT) columns.clear()
    column = new Int32Array(numbers)
    columns.set(first, column)
  }
  return column.subarray(0, length)
}

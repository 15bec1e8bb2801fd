/** Columns of one number throughout, by that number, the newest last. Only ever read. */
const columns = new Map<number, Int32Array>()
/** So many are kept, each of some kilobytes. */
const KEPT = 64

/** Numbers as a column. One that says the same throughout is shared: the attribute, or the transaction of an import, of many segments. */
export function columnOf(numbers: Float64Array): Int32Array {
  const [first] = numbers
  return first !== undefined && numbers.every((x) => x === first)
    ? constantColumn(first, numbers.length)
    : new Int32Array(numbers)
}

/** `length` times the number `x`. */
function constantColumn(x: number, length: number): Int32Array {
  let column = columns.get(x)
  if (column === undefined || column.length < length) {
    column = new Int32Array(length).fill(x)
    columns.delete(x)
    columns.set(x, column)
    for (const oldest of columns.keys()) if (columns.size > KEPT) columns.delete(oldest)
  }
  return column.length === length ? column : column.subarray(0, length)
}

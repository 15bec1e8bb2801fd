/** Rows of one INSERT: servers take 32,766 parameters or more. */
const INSERT_ROWS = 1000
/** Bytes of one INSERT: servers take 16 MiB, and drivers may write each byte as two digits. */
const INSERT_BYTES = 2 * 2 ** 20

/** `rows` in parts that one INSERT takes each. `bytesOf`: what is large in a row; a row that is larger goes alone. */
export function* chunks<T>(rows: readonly T[], bytesOf: (row: T) => number = () => 0): Generator<readonly T[]> {
  let from = 0
  let bytes = 0
  for (const [i, row] of rows.entries()) {
    const more = bytesOf(row)
    if (i > from && (i - from === INSERT_ROWS || bytes + more > INSERT_BYTES)) {
      yield rows.slice(from, i)
      from = i
      bytes = 0
    }
    bytes += more
  }
  if (from < rows.length) yield rows.slice(from)
}

export const bodyBytes = ({ body }: { readonly body: Uint8Array }): number => body.length

/** Bytes that this process holds after a collection, on the heap and beside it; undefined where that cannot be asked. */
export function heldBytes(): number | undefined {
  const { gc, process } = globalThis as { gc?: () => void; process?: NodeJS.Process }
  if (gc === undefined || process === undefined) return undefined
  gc()
  gc() // the first finds the arrays that nobody holds, their memory is given back with the second
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Whether an object has exactly these keys in this order. */
export function hasKeys(x: object, keys: readonly string[]): boolean {
  let n = 0
  for (const key in x) if (key !== keys[n++]) return false
  return n === keys.length
}

import { isKeyword, isList } from '../datom/atoms.ts'

/** The entries of a map form, however the map is written; undefined when `x` is no map. */
export function entriesOf(x: unknown): [unknown, unknown][] | undefined {
  if (x instanceof Map) return [...x]
  return isPlainMap(x) ? Object.entries(x) : undefined
}

export const isMap = (x: unknown): boolean => x instanceof Map || isPlainMap(x)

const isPlainMap = (x: unknown): x is Readonly<Record<string, unknown>> => isRecord(x) && !isKeyword(x) && !isList(x)

/** Whether `x` is an object by no class, such as `{…}` makes. */
export function isRecord(x: unknown): x is Readonly<Record<string, unknown>> {
  if (typeof x !== 'object' || x === null) return false
  const proto: unknown = Object.getPrototypeOf(x)
  return proto === Object.prototype || proto === null
}

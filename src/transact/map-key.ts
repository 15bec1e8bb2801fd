import { isKeyword, isSym } from '../datom/atoms.ts'
import { withColon } from '../datom/schema.ts'

/** What a key, or the head of a list form, is called; undefined when it is no name. */
export const nameOf = (x: unknown): string | undefined =>
  isKeyword(x) ? x.$kw : isSym(x) ? x.$sym : typeof x === 'string' && x !== '' ? x : undefined

/** Whether a key of a map form says who its entity is. */
export const isDbId = (key: unknown): boolean => {
  const name = nameOf(key)
  return name === 'db/id' || name === ':db/id'
}

/** `:inv/color` for `:inv/_color`; undefined for a forward name. */
export function reverseName(key: unknown): string | undefined {
  const name = nameOf(key)
  if (name === undefined) return undefined
  const m = /^(:?(?:[^/]+\/)?)_(.+)$/.exec(name)
  return m === null ? undefined : withColon(`${m[1]}${m[2]}`)
}

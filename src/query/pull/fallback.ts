import { AnnalsError } from '../../base/errors.ts'
import { isKeyword, isList, isLiteral, isSym } from '../../datom/atoms.ts'
import { withoutColon } from '../../datom/schema.ts'
import { setKey } from './set-key.ts'

/** How deep the data of a default may nest. */
const MAX_DEPTH = 100

/**
 * What shows a `default` of a pattern: its data as results show data (keywords ':a/b', symbols by name, lists and sets as
 * arrays, maps as objects, with keyword keys in the short form). Made anew at each call, so that no two answers share it.
 * Throws `pull/too-deep`.
 */
export function fallbackOf(given: unknown): () => unknown {
  shown(given, 0)
  return () => shown(given, 0)
}

function shown(x: unknown, depth: number): unknown {
  if (typeof x !== 'object' || x === null) return x
  if (depth > MAX_DEPTH) {
    throw new AnnalsError('pull/too-deep', `the data of a default nests deeper than ${MAX_DEPTH}; flatten it`, {})
  }
  const inner = (y: unknown): unknown => shown(y, depth + 1)
  if (isKeyword(x)) return x.$kw
  if (isSym(x)) return x.$sym
  if (isLiteral(x)) return inner(x.$lit)
  if (isList(x)) return x.$list.map(inner)
  if (Array.isArray(x)) return x.map(inner)
  if (x instanceof Set) return Array.from(x, inner)
  if (x instanceof Date) return new Date(x)
  if (x instanceof Uint8Array) return x.slice()
  const out: Record<string, unknown> = {}
  for (const [k, v] of x instanceof Map ? x : Object.entries(x)) {
    setKey(out, isKeyword(k) ? withoutColon(k.$kw) : String(inner(k)), inner(v))
  }
  return out
}

import { isAnnalsError } from '../../base/errors.ts'
import { readUntyped } from '../../datom/read-value.ts'
import { showValue } from '../../datom/show-value.ts'
import type { Builtin, Result } from '../builtin.ts'
import { atOnce } from '../own-call.ts'
import { ARITHMETIC } from './arithmetic.ts'
import { COLLECTIONS } from './collections.ts'
import { COMPARISONS } from './comparisons.ts'
import { DATES } from './dates.ts'
import { STRINGS } from './strings.ts'
import { TYPES } from './types.ts'

const BUILTINS: ReadonlyMap<string, Builtin> = new Map(
  [COMPARISONS, ARITHMETIC, STRINGS, DATES, COLLECTIONS, TYPES].flatMap((group) => Object.entries(group)),
)

/** Names that Datomic's queries use for functions of ours. */
const NAMESPACES = /^(?:clojure\.(?:core|string)|str|string)\//

/** Methods of Java's strings that Datomic's queries call, by the function that does the same. */
const METHODS: Readonly<Record<string, string>> = {
  '.startsWith': 'starts-with?',
  '.endsWith': 'ends-with?',
  '.contains': 'includes?',
  '.toLowerCase': 'lower-case',
  '.toUpperCase': 'upper-case',
  '.length': 'count',
}

/** The built-in function of that name; undefined when there is none. */
export const findBuiltin = (name: string): Builtin | undefined =>
  BUILTINS.get(name) ?? BUILTINS.get(METHODS[name] ?? name.replace(NAMESPACES, ''))

export const builtinNames = (): Iterable<string> => BUILTINS.keys()

/** A function of the application: it sees values as applications do, and what it returns is read as they write them. */
export function customFunction(name: string, f: (...args: unknown[]) => unknown): Builtin {
  return {
    arity: [0, Number.POSITIVE_INFINITY],
    apply: (args) => readResult(name, atOnce(f(...args.map(showResult)))),
  }
}

const showResult = (x: Result): unknown =>
  x === null ? null : Array.isArray(x) ? x.map(showResult) : showValue(x as never)

function readResult(name: string, x: unknown): Result {
  if (x === null || x === undefined) return null
  if (Array.isArray(x)) return x.map((m) => readResult(name, m))
  if (x instanceof Set) return Array.from(x, (m) => readResult(name, m))
  try {
    return readUntyped(x, name)
  } catch (cause) {
    if (!isAnnalsError(cause)) throw cause
    throw new Error(`it returned what no variable can hold: ${cause.message}`, { cause })
  }
}

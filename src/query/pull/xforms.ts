import { readEdnOne } from '../../datom/edn-read.ts'
import { withColon, withoutColon } from '../../datom/schema.ts'
import { fallbackOf } from './fallback.ts'

/** Of a keyword or symbol as it is shown: what stands before a slash, and after it. */
function parts(x: unknown): readonly [namespace: string | null, name: string] {
  const text = withoutColon(String(x))
  const slash = text.indexOf('/')
  return slash < 1 ? [null, text] : [text.slice(0, slash), text.slice(slash + 1)]
}

const ofGiven = (apply: (x: unknown) => unknown) => (x: unknown) => (x === null ? null : apply(x))

/**
 * What `:xform` may name without being registered, as of shown values: keywords and symbols are texts. Registered functions of the
 * same names go before them. Semantics: Datomic's pull reference.
 */
export const XFORMS: ReadonlyMap<string, (x: unknown) => unknown> = new Map([
  ['str', (x: unknown) => (x === null ? '' : x instanceof Date ? x.toISOString() : String(x))],
  ['name', ofGiven((x) => parts(x)[1])],
  ['namespace', ofGiven((x) => parts(x)[0])],
  ['keyword', ofGiven((x) => withColon(String(x)))],
  ['symbol', ofGiven((x) => withoutColon(String(x)))],
  ['clojure.edn/read-string', ofGiven((x) => fallbackOf(readEdnOne(String(x)))())],
])

import { readValue } from '../datom/read-value.ts'
import { findAttribute, type Schema } from '../datom/schema.ts'
import { EngineValue } from './read-input.ts'

/**
 * A datom as reports and `datoms` show it, as the tuple `[e a v tx added]`; anything else as it is. So what a transaction said can be
 * an input or a source of a query, as Datomic's is. `schema` tells what its value is that is shown as text; without it, and for refs and
 * tuples, that is what it looks like.
 */
export function datomRow(x: unknown, schema: Schema | undefined): unknown {
  if (typeof x !== 'object' || x === null) return x
  if (!('e' in x && 'a' in x && 'v' in x && 'tx' in x && 'added' in x)) return x
  const named = typeof x.a === 'string' || typeof x.a === 'number' ? x.a : undefined
  const attribute = schema && named !== undefined ? findAttribute(schema, named) : undefined
  const isPlain = attribute !== undefined && attribute.type !== 'ref' && attribute.type !== 'tuple'
  const v = isPlain ? new EngineValue(readValue(attribute.type, x.v, attribute.ident)) : x.v
  return [x.e, x.a, v, x.tx, x.added]
}

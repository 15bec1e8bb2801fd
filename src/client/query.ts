import type { Query } from '../api/db.ts'
import type { SchemaDef } from '../api/schema.ts'
import type { Answer, App, Arguments, Checked, Inferred } from '../api/typed/answer.ts'
import type { HoistedQuery } from '../api/typed/hoisted.ts'

/**
 * A query written apart from its use, checked against `schema` and typed by it wherever it is asked. Gives back the very
 * query; does nothing else at run time.
 */
export function query<S extends SchemaDef, const Q extends Query & Checked<App<S>, Q>>(
  _schema: S,
  query: Q,
): HoistedQuery<Answer<Inferred, App<S>, Q>, Arguments<App<S>, Q>> {
  return query as never
}

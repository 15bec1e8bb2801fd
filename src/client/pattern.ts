import type { PullPattern } from '../api/db.ts'
import type { SchemaDef } from '../api/schema.ts'
import type { App, CheckedPattern, Inferred, PullAnswer } from '../api/typed/answer.ts'
import type { HoistedPattern } from '../api/typed/hoisted.ts'

/**
 * A pull pattern written apart from its use, checked against `schema` and typed by it wherever it is pulled. Gives back the
 * very pattern; does nothing else at run time.
 */
export function pattern<S extends SchemaDef, const P extends PullPattern & CheckedPattern<App<S>, P>>(
  _schema: S,
  pattern: P,
): HoistedPattern<PullAnswer<Inferred, App<S>, P>> {
  return pattern as never
}

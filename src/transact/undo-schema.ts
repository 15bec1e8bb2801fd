import type { Db } from '../db/db.ts'
import { countRows } from '../db/load.ts'
import { isSchemaAttribute } from '../db/schema-at.ts'
import { isUsed } from '../db/schema-use.ts'
import { scan } from '../db/view.ts'
import { makesSense } from './check-schema.ts'
import type { FactJudge } from './undo-facts.ts'
import { type Refusal, type UndoneFact, undoData } from './undo-plan.ts'

/** What becomes of one fact; `undefined`: it is reverted. */
export type Verdict = readonly [UndoneFact, Refusal | undefined]

/**
 * Judges all that a transaction said of one schema entity. One that it made goes whole, and only if it was never used and nobody
 * spoke about it since; one that it took away comes back whole; what it changed of another is reverted fact by fact, where the
 * rules for altering a schema allow it. `others`: the facts of other entities that are reverted too; `gone`: entities that go whole.
 */
export async function judgeSchema(
  db: Db,
  judge: FactJudge,
  e: number,
  facts: readonly UndoneFact[],
  others: readonly UndoneFact[],
  gone: ReadonlySet<number>,
): Promise<readonly Verdict[]> {
  const fits = (own: readonly UndoneFact[]): Promise<boolean> =>
    makesSense(db, undoData({ facts: [...others, ...own], increments: [] }))
  const standing = await countRows(scan(db, 'eavt', { e }))
  const made = facts.every((f) => f.asserted) && !(await judge.spokeBefore(e))
  const unmade = standing === 0 && facts.every((f) => !f.asserted)
  const verdicts: Verdict[] = []
  for (const fact of facts) verdicts.push([fact, await judge.refusal(fact)])
  const refused = verdicts.find(([, refusal]) => refusal !== undefined)?.[1]
  const allOr = async (allowed: boolean, by: number | undefined): Promise<readonly Verdict[]> =>
    facts.map((fact) => [fact, allowed ? undefined : { reason: 'schema', by }])
  if (made) {
    const alone = refused === undefined && standing === facts.length
    const later = refused?.by ?? (alone ? undefined : await judge.spokeAfter({ e }))
    return allOr(alone && !(await isUsed(db, e, gone)) && (await fits(facts)), later)
  }
  if (unmade) return allOr(refused === undefined && (await fits(facts)), refused?.by)
  const left = verdicts.flatMap(([f, refusal]) => (refusal === undefined && isSchemaAttribute(f.a.id) ? [f] : []))
  if (await fits(left)) return verdicts
  return verdicts.map(([f, refusal]) => [f, left.includes(f) ? { reason: 'schema', by: undefined } : refusal])
}

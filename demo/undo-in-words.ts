import type { Connection, UndoReport } from 'annals'
import { countOf } from './count-of.ts'
import { wordOf } from './item.ts'

export interface UndoInWords {
  readonly summary: string
  /** What was left alone, a line each. */
  readonly left: readonly string[]
}

const REASONS: Readonly<Record<string, string>> = {
  superseded: 'it was changed again since',
  'entity-gone': 'the item is gone',
  'target-gone': 'what it refers to is gone',
  'unique-conflict': 'the name belongs to another item now',
  schema: 'it describes the database itself',
}
const MOST_LINES = 4

/** What an undo did and what it left alone, for people. */
export async function undoInWords(conn: Connection, { reverted, skipped }: UndoReport): Promise<UndoInWords> {
  const summary =
    reverted.length === 0 ? 'Nothing of it was left to undo.' : `Undone: ${countOf(reverted.length, 'fact')}.`
  const attributes = [...new Set(skipped.map(({ datom }) => datom.a))]
  const named = await conn.db().pullMany<{ 'db/ident'?: string }>(['db/ident'], attributes)
  const nameOf = new Map(attributes.map((a, i) => [a, wordOf(named[i]).replace(/^\w+\//, '')]))
  const lines = new Set(
    // What was retracted comes back or not together with what was asserted: one line tells of both.
    skipped.map(
      ({ datom, reason }) => `${nameOf.get(datom.a) ?? 'a fact'} stays as it is: ${REASONS[reason] ?? reason}.`,
    ),
  )
  return { summary, left: [...lines].slice(0, MOST_LINES) }
}

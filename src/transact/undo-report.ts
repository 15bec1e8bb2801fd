import type { UndoReport } from '../api/report.ts'
import { AnnalsError } from '../base/errors.ts'
import { showValue } from '../datom/show-value.ts'
import type { RevertedFact, UndoPlan } from './undo-plan.ts'

/** A plan as applications see it. */
export function undoReport({ reverted, skipped }: Pick<UndoPlan, 'reverted' | 'skipped'>): UndoReport {
  const show = ({ e, a, v, tx, asserted }: RevertedFact) => ({ e, a: a.id, v: showValue(v), tx, added: asserted })
  return {
    reverted: reverted.map(show),
    skipped: skipped.map((s) => ({ datom: show(s), reason: s.reason, ...(s.by !== undefined && { by: s.by }) })),
  }
}

/** Throws `tx/undo-conflict` when anything would be left alone. */
export function refusePartial({ skipped }: UndoReport): void {
  if (skipped.length === 0) return
  throw new AnnalsError(
    'tx/undo-conflict',
    `${skipped.length} facts of the transaction were changed since and would not be reverted`,
    { skipped },
  )
}

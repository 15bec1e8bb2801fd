import { randomUuid } from '../base/random-uuid.ts'
import { Draft } from '../engine/draft.ts'
import { exciseRows } from '../engine/excision.ts'
import type { Place } from '../engine/place.ts'
import { EXCISE_SCHEMA, type ExcisionPlan, planExcision, saysOther } from '../engine/plan-excision.ts'
import { decodeRecord } from '../engine/record.ts'
import type { LogRow, OutcomeRow, RemoteCommit } from '../storage/port.ts'
import { decodeIntent, encodeIntent } from '../sync/intent.ts'
import type { Excise, ExciseAnswer } from '../sync/protocol.ts'
import { type Verdict, verdictOf } from '../sync/verdict.ts'
import { schemaForms } from '../transact/install-schema.ts'
import { type Author, type Deciding, type Decision, datomsFrom, decide } from './decide.ts'
import { readOutcomeRow } from './outcome-detail.ts'

export interface ExcisionDecision {
  readonly answer: ExciseAnswer
  /** Absent where it is refused. */
  readonly done?: {
    readonly commit: Omit<RemoteCommit, 'expect'>
    /** The whole log, as it is once `commit` is stored. */
    readonly rows: readonly LogRow[]
  }
}

/**
 * What an excision comes to on `log`, all of it up to `place`: rows that hold less, and after them the transaction that says so,
 * its schema before it where that is not there. Nothing is stored.
 */
export async function decideExcision(
  message: Excise,
  log: readonly LogRow[],
  place: Place,
  author: Author,
  deciding: Deciding,
): Promise<ExcisionDecision> {
  const plan = await planned(message, place, deciding)
  if ('code' in plan) return refused(plan)
  const installs = schemaForms(place.db.schema, EXCISE_SCHEMA).map((forms) => ({ txid: randomUuid(), forms }))
  const datomsOf = datomsFrom(async (t) => {
    const row = log[t - 1]
    return row && decodeRecord(row)
  })
  const added: LogRow[] = []
  const draft = new Draft(place)
  for (const { txid, forms } of [...installs, { txid: message.txid, forms: plan.forms }]) {
    const { basis, instant } = message
    const entry = { txid, seq: 0, basis, instant, intent: encodeIntent(forms), ids: [], txs: [] }
    const decision = await decide(entry, draft, author, deciding, datomsOf)
    if (decision.kind !== 'confirmed') return refused(verdictIn(decision))
    added.push(decision.row)
  }
  const { db } = await draft.place()
  const wrong = saysOther(db, decodeRecord(added.at(-1) as LogRow).data, plan.excision)
  if (wrong !== undefined) return refused(verdictOf(wrong) as Verdict)
  const { rows, rewritten, removed } = exciseRows(log, place.db, plan.excision)
  const commit = {
    log: added,
    rewrite: rewritten,
    excision: draft.head.t,
    nextId: draft.nextId,
    outcomes: added.map((row) => outcomeOf(row, author, row.txid === message.txid ? removed : undefined)),
  }
  return { answer: { status: 'confirmed', t: draft.head.t, removed }, done: { commit, rows: [...rows, ...added] } }
}

/** The answer to an excision whose txid was decided before. */
export function decidedBefore(row: OutcomeRow): ExciseAnswer {
  const outcome = readOutcomeRow(row, [])
  switch (outcome.status) {
    case 'rejected':
      return outcome
    case 'withdrawn':
      return { status: 'rejected', code: 'tx/refused', message: `transaction ${row.txid} was withdrawn`, facts: {} }
    case 'confirmed': {
      const { removed } = JSON.parse(row.detail ?? '{"removed":0}') as { readonly removed: number }
      return { status: 'confirmed', t: outcome.t, removed }
    }
  }
}

/** What is to go, or why nothing may. */
async function planned(
  { target, attrs, before, intent }: Excise,
  { db }: Place,
  { limits }: Deciding,
): Promise<ExcisionPlan | Verdict> {
  try {
    const txData = decodeIntent(intent, limits.depth)
    return await planExcision(db, target, { txData, ...(attrs && { attrs }), ...(before !== undefined && { before }) })
  } catch (e) {
    const verdict = verdictOf(e)
    if (verdict === undefined) throw e
    return verdict
  }
}

const refused = (verdict: Verdict): ExcisionDecision => ({ answer: { status: 'rejected', ...verdict } })

function verdictIn(decision: Exclude<Decision, { readonly kind: 'confirmed' }>): Verdict {
  switch (decision.kind) {
    case 'rejected':
      return decision.verdict
    case 'stopped':
      return { code: 'sync/unknown-function', message: decision.message, facts: {} }
    case 'withdrawn':
      return { code: 'tx/refused', message: 'the transaction says nothing', facts: {} }
  }
}

function outcomeOf({ txid, t }: LogRow, { replica }: Author, removed: number | undefined): OutcomeRow {
  const detail = removed === undefined ? undefined : JSON.stringify({ removed })
  return { txid, replica, seq: 0, t, code: undefined, detail }
}

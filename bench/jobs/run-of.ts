import type { MaybePromise, Session } from '../systems/system.ts'
import { PULLS } from '../workloads/queries.ts'

/** Makes a query or pull ready; undefined where the system does not offer it. */
export function runOf(session: Session, ask: string): (() => MaybePromise<unknown>) | undefined {
  if (ask === 'rules') return session.rules?.()
  return Object.hasOwn(PULLS, ask) ? session.pulls?.(ask) : session.joins?.(ask)
}

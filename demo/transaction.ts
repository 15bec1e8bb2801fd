import type { PullPattern } from 'annals'

/** What is known about a transaction: when, who, why. */
export interface Transaction {
  /** Its uuid: what undo takes. */
  readonly id: string
  readonly when: Date
  /** The name that its author gave. */
  readonly by?: string
  /** Who that is as the server knows them, where it asks. */
  readonly user?: string
  readonly reason?: string
  /** The transactions that it undoes. */
  readonly undoes?: readonly unknown[]
}

export const TRANSACTION: PullPattern = [
  ['tx/id', { as: 'id' }],
  ['db/txInstant', { as: 'when' }],
  ['change/by', { as: 'by' }],
  ['tx/user', { as: 'user' }],
  ['db/doc', { as: 'reason' }],
  ['tx/undoes', { as: 'undoes' }],
]

export const authorOf = ({ by, user }: Transaction): string | undefined => user ?? by

import { AnnalsError } from '../base/errors.ts'
import { PROVISIONAL_BASE } from '../datom/ids.ts'
import type { LeaseRow } from '../storage/port.ts'
import { LARGEST_LEASE } from '../sync/id-pool.ts'
import type { IdRange, Push } from '../sync/protocol.ts'

/** What a replica says of its ids. */
export type Wanting = Pick<Push, 'replica' | 'leasedTo' | 'want'>

/** Those that a replica does not know of. */
export const leasesAbove = (leases: readonly LeaseRow[], leasedTo: number): IdRange[] =>
  leases.filter(({ from }) => from >= leasedTo).map(({ from, to }) => [from, to])

/** As many ids as it wants, `from` on. Throws `tx/too-large` when the database has none left. */
export function nextLease(database: string, { replica, want }: Wanting, from: number): LeaseRow {
  const to = from + Math.min(want, LARGEST_LEASE)
  if (to <= PROVISIONAL_BASE) return { replica, from, to }
  throw new AnnalsError('tx/too-large', `database ${database} has no ids left`, {})
}

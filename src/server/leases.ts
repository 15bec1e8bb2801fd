import { PROVISIONAL_BASE } from '../datom/ids.ts'
import type { LeaseRow } from '../storage/port.ts'
import { LARGEST_LEASE } from '../sync/id-pool.ts'
import type { IdRange, Push } from '../sync/protocol.ts'

/** Leases end here: the last ids are the server's alone, so that transactions go on when none are left to lend. */
const LEASE_END = PROVISIONAL_BASE - 2 ** 26

/** What a replica says of its ids. */
export type Wanting = Pick<Push, 'replica' | 'leasedTo' | 'want'>

/** Those that a replica does not know of, lowest first: it goes by the end of the last. */
export const leasesAbove = (leases: readonly LeaseRow[], leasedTo: number): IdRange[] =>
  leases
    .filter(({ from }) => from >= leasedTo)
    .map(({ from, to }): IdRange => [from, to])
    .sort(([a], [b]) => a - b)

/** As many ids as it wants, `from` on. None when there are no more to lend, and for a replica that claims to know of later ones. */
export function nextLease({ replica, leasedTo, want }: Wanting, from: number): LeaseRow | undefined {
  const to = from + Math.min(want, LARGEST_LEASE)
  return want > 0 && leasedTo <= from && to <= LEASE_END ? { replica, from, to } : undefined
}

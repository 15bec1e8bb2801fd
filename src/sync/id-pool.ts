import { AnnalsError } from '../base/errors.ts'
import { PROVISIONAL_BASE, TX_BASE } from '../datom/ids.ts'
import type { IdRange } from './protocol.ts'
import type { ReplicaMeta } from './replica-meta.ts'

export const FIRST_PROVISIONAL = PROVISIONAL_BASE

/** Ids claimed at once: few at first, for what is left of a block is lost when the database is closed. */
const FIRST_CLAIM = 16
const LARGEST_CLAIM = 4096
/** Ids leased at once: the first time, and at most. */
export const FIRST_LEASE = 64
export const LARGEST_LEASE = 4096

/** Thrown in the middle of a run that wants an id more than are at hand: claim, and run again. */
export class OutOfIds extends Error {
  override readonly name = 'OutOfIds'
}

/** How much of the leases a claim takes, and what is left; provisional ids where nothing is leased. */
export function takeBlock(meta: ReplicaMeta, size: number): { block: IdRange; left: Partial<ReplicaMeta> } {
  const [first, ...rest] = meta.leases
  if (first === undefined) {
    const to = meta.provisional + size
    if (to > TX_BASE) throw new AnnalsError('tx/too-large', 'this replica has no ids left: connect it to its remote')
    return { block: [meta.provisional, to], left: { provisional: to } }
  }
  const [from, end] = first
  const to = Math.min(from + size, end)
  return { block: [from, to], left: { leases: to < end ? [[to, end], ...rest] : rest } }
}

/** How many further ids to ask the remote for: none while half of what was last leased is left. */
export function wantedIds({ leases, leaseSize }: ReplicaMeta): number {
  const left = leases.reduce((sum, [from, to]) => sum + to - from, 0)
  return left * 2 >= leaseSize ? 0 : leaseSize
}

/** What a replica remembers after hearing of `granted`: the next lease is twice as large. */
export function withLeases(meta: ReplicaMeta, granted: readonly IdRange[]): Partial<ReplicaMeta> {
  const news = granted.filter(([from, to]) => from >= meta.leasedTo && to > from)
  const end = news.at(-1)?.[1]
  if (end === undefined) return {}
  return { leases: [...meta.leases, ...news], leasedTo: end, leaseSize: Math.min(2 * meta.leaseSize, LARGEST_LEASE) }
}

/** The ids that one open database may give out: blocks that it has claimed, and that nobody goes on with after it. */
export class IdPool {
  readonly #blocks: IdRange[] = []
  /** The block that the next id comes from, and how many of it are gone. */
  #at = { block: 0, used: 0 }
  #size = FIRST_CLAIM

  readonly take = (): number => {
    for (;;) {
      const { block, used } = this.#at
      const range = this.#blocks[block]
      if (range === undefined) throw new OutOfIds()
      if (range[0] + used < range[1]) {
        this.#at = { block, used: used + 1 }
        return range[0] + used
      }
      this.#at = { block: block + 1, used: 0 }
    }
  }

  /** The size of the next block to claim. */
  nextClaim(): number {
    const size = this.#size
    this.#size = Math.min(2 * size, LARGEST_CLAIM)
    return size
  }

  add(block: IdRange): void {
    this.#blocks.push(block)
  }

  /** A place to come back to when what was run has not been stored. */
  mark(): { readonly block: number; readonly used: number } {
    return this.#at
  }
  rewind(mark: { readonly block: number; readonly used: number }): void {
    this.#at = mark
  }
}

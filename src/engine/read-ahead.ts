import { randomUuid } from '../base/random-uuid.ts'
import { FIRST_USER_ID, txOfT } from '../datom/ids.ts'
import type { Db } from '../db/db.ts'
import type { SegmentSource } from '../db/segment-source.ts'
import { transact } from '../transact/transact.ts'
import { refusedEnv } from './runtime.ts'

/** Forms whose segments are read together, at most: these are to be in the cache still when it is their turn. */
const AHEAD = 32

type Forms = readonly unknown[]

/** Reads at once what transactions want of segments, where one after another would each wait for its own. */
export class ReadAhead {
  private readonly source: SegmentSource | undefined
  /** How many segments were read when it was last looked. */
  private reads: number
  /** The first transaction for which nothing has been read ahead. */
  private next = 0

  constructor(
    private readonly all: readonly Forms[],
    private readonly db: Db,
  ) {
    this.source = db.present.eavt.base?.source
    this.reads = this.source?.reads ?? 0
  }

  /** To be called before each is decided, in order. Reads for those to come as soon as the last one had to wait. */
  async before(i: number): Promise<void> {
    const { source, all } = this
    if (source === undefined || source.reads === this.reads || i < this.next) return
    const end = this.endFrom(i)
    this.next = end
    if (end - i > 1) await foresee(this.db, all.slice(i, end))
    this.reads = source.reads
  }

  private endFrom(i: number): number {
    let end = i
    for (let forms = 0; end < this.all.length && forms < AHEAD; end++) forms += (this.all[end] as Forms).length
    return end
  }
}

/** Decides transactions for no other purpose than to have in memory what they read. Functions and queries are not run. */
async function foresee(db: Db, all: readonly Forms[]): Promise<void> {
  const unwatched: Db = { ...db, reads: undefined }
  const tx = txOfT(db.basisT + 1)
  await Promise.allSettled(
    all.map((forms) => {
      let nextId = FIRST_USER_ID
      const mint = (): number => nextId++
      return transact(unwatched, forms, { tx, txid: randomUuid(), now: 0, mint, ...refusedEnv() })
    }),
  )
}

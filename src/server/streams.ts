import { AnnalsError } from '../base/errors.ts'

/** Streams that one principal may have open at once unless told otherwise: tabs do not count, devices do. */
export const DEFAULT_STREAMS = 100

/** Seconds after which somebody with too many streams may try again. */
const RETRY_AFTER = 30

/** How many streams each principal has open. Nobody in particular is not limited: limit such callers by address. */
export class Streams {
  private readonly open = new Map<string, number>()

  constructor(private readonly most: number) {}

  /** Counts one more; returns what is to be called at its end. Throws `http/too-many-requests`. */
  begin(principal: string): () => void {
    if (principal === '') return () => undefined
    const now = this.open.get(principal) ?? 0
    if (now >= this.most) {
      throw new AnnalsError('http/too-many-requests', `${principal} has ${now} streams open already`, {
        retryAfter: RETRY_AFTER,
      })
    }
    this.open.set(principal, now + 1)
    return () => this.end(principal)
  }

  private end(principal: string): void {
    const left = (this.open.get(principal) ?? 0) - 1
    if (left > 0) this.open.set(principal, left)
    else this.open.delete(principal)
  }
}

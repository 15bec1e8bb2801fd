import { AnnalsError } from '../base/errors.ts'

/** How much one caller may ask for: `perSecond` requests in the long run, `burst` at once. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/** 10,000 transactions of a long time offline are a hundred pushes. */
export const DEFAULT_RATE: Rate = { perSecond: 100, burst: 1000 }

/** Callers that are remembered; the one that was quiet for longest is forgotten first, and has a full bucket again. */
const MOST = 10_000

interface Bucket {
  tokens: number
  /** Milliseconds: when `tokens` was right. */
  at: number
}

/** A token bucket for each caller. */
export class TokenBuckets {
  /** In the order of last use. */
  private readonly buckets = new Map<string, Bucket>()

  constructor(
    private readonly rate: Rate,
    /** Milliseconds, never going back. */
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Takes one token. Throws `http/too-many-requests` with the seconds until there is one. */
  take(caller: string): void {
    const { perSecond, burst } = this.rate
    const now = this.clock()
    const { tokens, at } = this.buckets.get(caller) ?? { tokens: burst, at: now }
    const there = Math.min(burst, tokens + ((now - at) / 1000) * perSecond)
    this.buckets.delete(caller)
    this.buckets.set(caller, { tokens: there < 1 ? there : there - 1, at: now })
    this.forgetOldest()
    if (there >= 1) return
    const retryAfter = Math.max(1, Math.ceil((1 - there) / perSecond))
    throw new AnnalsError('http/too-many-requests', `too many requests; try again in ${retryAfter} s`, { retryAfter })
  }

  private forgetOldest(): void {
    if (this.buckets.size <= MOST) return
    const [oldest] = this.buckets.keys()
    if (oldest !== undefined) this.buckets.delete(oldest)
  }
}

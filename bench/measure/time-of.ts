import type { MaybePromise } from '../systems/system.ts'
import { median } from './statistics.ts'

/** A sample spans at least so long, so that the clock's grain (5 us in an isolated page) does not matter. */
const MIN_SAMPLE_MS = 1
const MIN_SAMPLES = 3
const MAX_SAMPLES = 100
/** A call that takes longer has warmed up by itself, and spans more than all samples of a short one: one sample will do. */
const LONG_MS = 1_000

export interface Budget {
  readonly warmMs: number
  readonly timedMs: number
}

/**
 * Milliseconds that one call takes: the median of several samples after a warm-up, or one of a call that takes more than a
 * second. A call that returns no promise is not awaited.
 */
export async function timeOf(call: () => MaybePromise<unknown>, budget: Budget): Promise<number> {
  const began = performance.now()
  const first = call()
  const waits = first instanceof Promise
  await first
  const isLong = performance.now() - began > LONG_MS
  const sample = waits ? (n: number) => awaited(call, n) : (n: number) => plain(call, n)
  if (isLong) return sample(1)

  let calls = 1
  let spent = 0
  let last = 0
  do {
    last = await sample(calls)
    spent += last
    if (last < MIN_SAMPLE_MS) calls = Math.min(calls * 2, 1 << 20)
  } while (spent < budget.warmMs || last < MIN_SAMPLE_MS / 2)

  const samples: number[] = []
  for (spent = 0; samples.length < MIN_SAMPLES || (spent < budget.timedMs && samples.length < MAX_SAMPLES); ) {
    const ms = await sample(calls)
    spent += ms
    samples.push(ms / calls)
  }
  return median(samples)
}

function plain(call: () => unknown, n: number): number {
  const start = performance.now()
  for (let i = 0; i < n; i++) call()
  return performance.now() - start
}

async function awaited(call: () => unknown, n: number): Promise<number> {
  const start = performance.now()
  for (let i = 0; i < n; i++) await call()
  return performance.now() - start
}

import type { Call } from '../engine/call-queue.ts'
import type { Written } from '../engine/ledger.ts'
import type { WriteRequest, WriteResult } from './plan-write.ts'

/** Settles calls that go together with what `write` says of their requests; what it throws is for all of them. */
export async function writeCalls(
  calls: readonly Call<WriteRequest, Written>[],
  write: (requests: readonly WriteRequest[]) => Promise<readonly WriteResult[]>,
): Promise<void> {
  const results = await write(calls.map((call) => call.input))
  for (const [i, { resolve, reject }] of calls.entries()) {
    const result = results[i]
    if (result === undefined) continue
    if ('written' in result) resolve(result.written)
    else reject(result.refused)
  }
}

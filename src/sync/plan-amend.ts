import type { Written } from '../engine/ledger.ts'
import { planWithdraw } from './plan-withdraw.ts'
import { planWrite, type WriteRequest } from './plan-write.ts'
import type { PredictEnv } from './predict.ts'
import type { ReplicaState, Step } from './replica-state.ts'

/**
 * Takes a pending transaction back and queues another in its place, in one step. Should the remote have confirmed the first
 * already, both are made. Throws `sync/not-pending`, and what the other is refused with: then nothing has changed.
 */
export async function planAmend(
  state: ReplicaState,
  request: WriteRequest & { readonly retryOf: string },
  env: PredictEnv,
): Promise<Step<Written>> {
  const taken = await planWithdraw(state, request.retryOf, env)
  const between = taken.next ?? state
  const written = await planWrite(between, [request], { ...env, generation: between.meta.generation })
  const [result] = written.result
  if (result === undefined || 'refused' in result) throw result?.refused
  return {
    commit: { expect: {}, ...written.commit, ...taken.commit },
    ...(written.next && { next: written.next }),
    touched: new Set([...(taken.touched ?? []), ...(written.touched ?? [])]),
    result: result.written,
  }
}

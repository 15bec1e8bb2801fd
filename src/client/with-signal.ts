import type { QueryOptions } from '../api/db.ts'
import type { WireQueryOptions } from '../api/messages.ts'
import { checkQueryOptions } from '../base/check-query-options.ts'
import { AnnalsError } from '../base/errors.ts'
import { onAbort, unlessGivenUp } from '../base/wait-until.ts'
import type { WorkerLink } from './worker-link.ts'

let lastTicket = 0

/** The options that cross as they are. Throws `db/bad-option` for one that there is not. */
export function wireOptions(options: QueryOptions = {}): WireQueryOptions {
  checkQueryOptions(options)
  const { timeout, maxRows } = options
  return { ...(timeout !== undefined && { timeout }), ...(maxRows !== undefined && { maxRows }) }
}

/** Makes a call that `options.signal` can abort: it rejects at once with `query/aborted`, and the worker is told to stop. */
export async function withSignal<T>(
  link: WorkerLink,
  options: QueryOptions | undefined,
  call: (options: WireQueryOptions) => Promise<T>,
): Promise<T> {
  const signal = options?.signal
  const wire = wireOptions(options)
  if (signal === undefined) return call(wire)
  if (signal.aborted) throw aborted(signal)
  const ticket = ++lastTicket
  const stopped = onAbort(signal, () => {
    link.call('cancel', ticket).catch(() => undefined)
    return aborted(signal)
  })
  return unlessGivenUp(call({ ...wire, ticket }), [stopped])
}

const aborted = (signal: AbortSignal): AnnalsError =>
  new AnnalsError('query/aborted', 'the query was aborted by its signal', {}, { cause: signal.reason })

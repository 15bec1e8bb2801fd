import type { Connection, PendingTx, RejectedTx } from 'annals'
import { useStore } from 'annals/react'
import { useMemo } from 'react'
import { useAnswer } from './use-answer.ts'

export interface Queue {
  readonly pending: readonly PendingTx[]
  readonly rejected: readonly RejectedTx[]
}

const EMPTY: Queue = { pending: [], rejected: [] }

/** What waits for the remote and what it refused, oldest first. */
export function useQueue({ sync }: Connection): Queue {
  const status = useStore(sync)
  const ask = useMemo(() => {
    if (status.pending + status.rejected === 0) return undefined
    return async (): Promise<Queue> => ({
      pending: status.pending > 0 ? await sync.pending() : [],
      rejected: status.rejected > 0 ? await sync.rejected() : [],
    })
  }, [sync, status])
  const answer = useAnswer(ask)
  return answer.status === 'ready' ? answer.data : EMPTY
}

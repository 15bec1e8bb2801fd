import type { Connection } from 'annals'
import { useMemo } from 'react'
import { TRANSACTION, type Transaction } from './transaction.ts'
import { useAnswer } from './use-answer.ts'

/** The confirmed transaction at `t`, once it is read. */
export function useTransactionAt(conn: Connection, t: number | undefined): Transaction | undefined {
  const ask = useMemo(() => {
    if (t === undefined || t === 0) return undefined
    return async (): Promise<{ t: number; found: Transaction | undefined }> => {
      for await (const { tx } of conn.log({ from: t, to: t })) {
        return { t, found: await conn.db().pull<Transaction>(TRANSACTION, tx) }
      }
      return { t, found: undefined }
    }
  }, [conn, t])
  const answer = useAnswer(ask)
  return answer.status === 'ready' && answer.data.t === t ? answer.data.found : undefined
}

import type { Db } from 'annals'
import { useMemo } from 'react'
import { HistoryEntry } from './history-entry.tsx'
import { sentenceOf } from './sentence-of.ts'
import { useShop } from './shop.ts'
import { useItemHistory } from './use-item-history.ts'
import { useQueue } from './use-queue.ts'

interface Props {
  readonly db: Db
  readonly sku: string
  readonly isPast: boolean
}

/** Everything that happened to an item, newest first. */
export function HistoryList({ db, sku, isPast }: Props) {
  const history = useItemHistory(db, sku)
  const { pending } = useQueue(useShop().conn)
  const waiting = useMemo(() => new Set(pending.map(({ id }) => id)), [pending])
  if (history.status === 'error') return <p role="alert">{sentenceOf(history.error)}</p>
  if (history.status === 'loading') return <p className="hint">Reading…</p>
  return (
    <ol className="history">
      {history.data.map((change) => (
        <HistoryEntry key={change.about.id} change={change} isPending={waiting.has(change.about.id)} isPast={isPast} />
      ))}
    </ol>
  )
}

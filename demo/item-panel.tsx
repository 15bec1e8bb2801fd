import { useMemo } from 'react'
import { CorrectionForm } from './correction-form.tsx'
import { HistoryList } from './history-list.tsx'
import { describeItem, ITEM, type Item } from './item.ts'
import { Panel } from './panel.tsx'
import { useShop } from './shop.ts'
import { useAnswer } from './use-answer.ts'
import { useShownDb } from './use-shown-db.ts'

interface Props {
  readonly sku: string
  /** The past that is shown; absent for now. */
  readonly t: number | undefined
  readonly onClose: () => void
}

/** One item: what it is, what happened to it, and what can be done about it. */
export function ItemPanel({ sku, t, onClose }: Props) {
  const { conn, stock, notify, attempt } = useShop()
  const db = useShownDb(conn, t)
  const found = useAnswer(useMemo(() => () => db.pull<Item>(ITEM, ['inv/sku', sku]), [db, sku]))
  const item = found.status === 'ready' ? found.data : undefined
  const remove = (): Promise<boolean> =>
    attempt(async () => {
      const { id } = await stock.remove(sku)
      notify({ text: `${sku} is removed. Its history stays.`, tone: 'done', undo: { id, reason: 'item removed' } })
    })
  return (
    <Panel title={sku} onClose={onClose}>
      {item !== undefined && (
        <p className="lead">
          {describeItem(item)}, {item.count === undefined ? 'not counted' : `${item.count} in stock`}
        </p>
      )}
      {found.status === 'ready' && item === undefined && (
        <p className="lead">{t === undefined ? 'Not in the shop any more.' : 'Not in the shop at this time.'}</p>
      )}
      {item !== undefined && t === undefined && <CorrectionForm sku={sku} count={item.count} />}
      <h3>{t === undefined ? 'History' : 'History until then'}</h3>
      <HistoryList db={db} sku={sku} isPast={t !== undefined} />
      {item !== undefined && t === undefined && (
        <p className="last">
          <button type="button" className="danger" onClick={() => void remove()}>
            Remove {sku}
          </button>
        </p>
      )}
    </Panel>
  )
}

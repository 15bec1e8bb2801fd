import { useEffect } from 'react'
import { type Notice, useShop } from './shop.ts'

/** How long a notice stays, ms: long enough to read it and to press its button. */
const STAYS = 10_000

/** Says what just happened, and lets it be undone. */
export function NoticeBar({ notice }: { readonly notice: Notice | undefined }) {
  const { stock, notify, attempt } = useShop()
  useEffect(() => {
    if (notice === undefined) return
    const timer = setTimeout(() => notify(undefined), STAYS)
    return () => clearTimeout(timer)
  }, [notice, notify])
  const undo = ({ id, reason }: NonNullable<Notice['undo']>): Promise<boolean> =>
    attempt(async () => {
      const { reverted } = await stock.undo(id, reason)
      notify({ text: reverted.length > 0 ? 'Undone.' : 'Nothing of it was left to undo.', tone: 'done' })
    })
  return (
    <div className="notices" role="status" aria-live="polite">
      {notice !== undefined && (
        <div className="notice" data-tone={notice.tone}>
          <p>{notice.text}</p>
          {notice.undo !== undefined && (
            <button type="button" onClick={() => notice.undo && void undo(notice.undo)}>
              Undo
            </button>
          )}
          <button type="button" className="close" aria-label="Dismiss" onClick={() => notify(undefined)}>
            ×
          </button>
        </div>
      )}
    </div>
  )
}

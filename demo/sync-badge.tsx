import { useStore } from 'annals/react'
import { countOf } from './count-of.ts'
import { useShop } from './shop.ts'
import { syncWords } from './sync-words.ts'

interface Props {
  readonly isShown: boolean
  readonly onShow: () => void
}

/** How the page stands with its server, and how much waits; opens the list of it. */
export function SyncBadge({ isShown, onShow }: Props) {
  const status = useStore(useShop().conn.sync)
  const { mood, words } = syncWords(status)
  const { pending, rejected } = status
  return (
    <>
      <button
        type="button"
        className="badge"
        data-mood={mood}
        data-state={status.state}
        data-pending={pending}
        data-rejected={rejected}
        aria-expanded={isShown}
        onClick={onShow}
      >
        <span className="dot" aria-hidden="true" />
        <span>
          {words}
          {pending > 0 && ' '}
          {pending > 0 && <span className="waiting">{pending.toLocaleString('en')} waiting</span>}
          {rejected > 0 && ' '}
          {rejected > 0 && <span className="refused">{rejected.toLocaleString('en')} refused</span>}
        </span>
      </button>
      <span className="hidden" role="status">
        {words}
        {rejected > 0 && `, ${countOf(rejected, 'change')} refused`}
      </span>
    </>
  )
}

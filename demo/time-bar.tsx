import { useStore } from 'annals/react'
import { useRef } from 'react'
import { useShop } from './shop.ts'
import { showTime } from './show-time.ts'
import { authorOf } from './transaction.ts'
import { useTransactionAt } from './use-transaction-at.ts'

interface Props {
  /** Absent for now. */
  readonly t: number | undefined
  /** Whether a panel lies over it. */
  readonly isCovered: boolean
  readonly onMove: (t: number | undefined) => void
}

/** Moves the whole page through the past, one transaction at a time. */
export function TimeBar({ t, isCovered, onMove }: Props) {
  const { conn } = useShop()
  const newest = useStore(conn.sync).t
  const at = useTransactionAt(conn, t)
  const slider = useRef<HTMLInputElement>(null)
  const shown = t ?? newest
  const move = (next: number): void => onMove(next >= newest ? undefined : Math.max(0, next))
  const when = at === undefined ? (t === 0 ? 'Before the first change' : '') : showTime(at.when)
  const what = at === undefined ? [] : [authorOf(at), at.reason].filter((said) => said !== undefined)
  return (
    <section className="time" aria-label="Time" inert={isCovered}>
      <strong className="time-name">{t === undefined ? 'Now' : 'As of'}</strong>
      <div className="time-slider">
        <button
          type="button"
          aria-label="One change earlier"
          aria-disabled={shown === 0}
          onClick={() => move(shown - 1)}
        >
          ‹
        </button>
        <input
          ref={slider}
          type="range"
          aria-label="Point in time"
          min={0}
          max={newest}
          value={shown}
          aria-valuetext={t === undefined ? 'now' : [when, ...what].join(', ')}
          onChange={(event) => move(event.target.valueAsNumber)}
        />
        <button
          type="button"
          aria-label="One change later"
          aria-disabled={t === undefined}
          onClick={() => move(shown + 1)}
        >
          ›
        </button>
      </div>
      <p className="time-at">
        {t === undefined ? 'Drag to see the shop as it was.' : <strong>{when}</strong>}
        {what.map((said) => ` · ${said}`)}
      </p>
      {t !== undefined && (
        <div className="time-past">
          <p role="status">This is the past: look, but nothing can be changed here.</p>
          <button
            type="button"
            className="primary"
            onClick={() => {
              onMove(undefined)
              slider.current?.focus() // the button goes away with the past
            }}
          >
            Back to now
          </button>
        </div>
      )}
    </section>
  )
}

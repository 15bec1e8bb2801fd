import { describeIntent } from './describe-intent.ts'
import { showTime } from './show-time.ts'

interface Props {
  readonly intent: readonly unknown[]
  readonly instant: Date
}

/** What a queued transaction is about. */
export function IntentLines({ intent, instant }: Props) {
  const { reason, lines } = describeIntent(intent)
  return (
    <>
      <p className="change-head">
        <strong>{reason ?? 'change'}</strong>
      </p>
      <p className="change-by">
        <time dateTime={instant.toISOString()}>{showTime(instant)}</time>
      </p>
      {lines.map((line) => (
        <p key={line} className="line">
          {line}
        </p>
      ))}
    </>
  )
}

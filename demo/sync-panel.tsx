import { useStore } from 'annals/react'
import { countOf } from './count-of.ts'
import { Panel } from './panel.tsx'
import { PendingEntry } from './pending-entry.tsx'
import { RejectedEntry } from './rejected-entry.tsx'
import { sentenceOf } from './sentence-of.ts'
import { useShop } from './shop.ts'
import { showTime } from './show-time.ts'
import { syncWords } from './sync-words.ts'
import { useQueue } from './use-queue.ts'

/** The newest are enough: what goes on going wrong comes again. */
const MOST_PROBLEMS = 3

/** How the page stands with its server: what waits, what was refused, what went wrong. */
export function SyncPanel({ onClose }: { readonly onClose: () => void }) {
  const { conn } = useShop()
  const status = useStore(conn.sync)
  const problems = [...new Set(useStore(conn.health).map(sentenceOf))].slice(-MOST_PROBLEMS)
  const { pending, rejected } = useQueue(conn)
  return (
    <Panel title="Sync" onClose={onClose}>
      <p className="lead">
        {syncWords(status).words}. {countOf(status.t, 'transaction')} confirmed
        {status.remoteT !== undefined && status.remoteT > status.t && ` of ${status.remoteT.toLocaleString('en')}`}.
        {status.retryAt !== undefined && ` Next try at ${showTime(new Date(status.retryAt))}.`}
      </p>
      {status.error !== undefined && <p className="hint">{sentenceOf(status.error)}</p>}

      <section aria-label="Refused">
        <h3>Refused</h3>
        {rejected.length === 0 ? (
          <p className="hint">Nothing was refused.</p>
        ) : (
          <ul className="queue">
            {rejected.map((tx) => (
              <RejectedEntry key={tx.id} tx={tx} />
            ))}
          </ul>
        )}
      </section>

      <section aria-label="Waiting">
        <h3>Waiting to be sent</h3>
        {pending.length === 0 ? (
          <p className="hint">
            {status.state === 'local' ? 'There is no server: all of it stays here.' : 'Nothing waits.'}
          </p>
        ) : (
          <ol className="queue">
            {pending.map((tx) => (
              <PendingEntry key={tx.id} tx={tx} />
            ))}
          </ol>
        )}
      </section>

      {problems.length > 0 && (
        <section aria-label="Problems">
          <h3>Problems</h3>
          <ul className="queue">
            {problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </section>
      )}
    </Panel>
  )
}

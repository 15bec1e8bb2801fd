import type { RejectedTx } from 'annals'
import { IntentLines } from './intent-lines.tsx'
import { sentenceOfRefusal } from './sentence-of.ts'
import { useShop } from './shop.ts'

/** A transaction that the server refused, why, and what can be done about it. */
export function RejectedEntry({ tx }: { readonly tx: RejectedTx }) {
  const { conn, attempt } = useShop()
  return (
    <li data-id={tx.id} data-code={tx.code}>
      <IntentLines intent={tx.intent} instant={tx.instant} />
      <p className="wrong">{sentenceOfRefusal(tx)}</p>
      <p className="code">{tx.code}</p>
      <div className="choices">
        <button type="button" onClick={() => void attempt(() => conn.sync.retry(tx.id))}>
          Try again
        </button>
        <button type="button" onClick={() => void attempt(() => conn.sync.withdraw(tx.id))}>
          Discard
        </button>
      </div>
    </li>
  )
}

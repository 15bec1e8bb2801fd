import type { PendingTx } from 'annals'
import { IntentLines } from './intent-lines.tsx'
import { sentenceOfRefusal } from './sentence-of.ts'
import { useShop } from './shop.ts'

/** A transaction that waits for the server. */
export function PendingEntry({ tx }: { readonly tx: PendingTx }) {
  const { conn, attempt } = useShop()
  return (
    <li data-id={tx.id}>
      <IntentLines intent={tx.intent} instant={tx.instant} />
      {tx.conflict !== undefined && (
        <p className="wrong">Likely to be refused. {sentenceOfRefusal({ ...tx.conflict, facts: {} })}</p>
      )}
      <button type="button" className="link" onClick={() => void attempt(() => conn.sync.withdraw(tx.id))}>
        Take back
      </button>
    </li>
  )
}

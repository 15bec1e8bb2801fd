import type { UndoReport } from 'annals'
import { useState } from 'react'
import { countOf } from './count-of.ts'
import { useShop } from './shop.ts'
import { type UndoInWords, undoInWords } from './undo-in-words.ts'

interface Props {
  readonly id: string
  /** Why the transaction was made. */
  readonly reason: string | undefined
}

/** Undoes one transaction and reports what came of it. What would change several items is asked about first. */
export function UndoButton({ id, reason }: Props) {
  const { conn, stock, attempt } = useShop()
  const [plan, setPlan] = useState<UndoReport>()
  const [done, setDone] = useState<UndoInWords>()

  const undo = (): Promise<boolean> =>
    attempt(async () => {
      setPlan(undefined)
      setDone(await undoInWords(conn, await stock.undo(id, reason)))
    })
  const ask = (): Promise<boolean> =>
    attempt(async () => {
      const planned = await conn.planUndo(id)
      if (countItems(planned) > 1) setPlan(planned)
      else await undo()
    })
  return (
    <div className="undo">
      {plan === undefined ? (
        <button type="button" className="link" onClick={() => void ask()}>
          Undo
        </button>
      ) : (
        <div role="alert">
          <p>This change is about {countOf(countItems(plan), 'item')}: undo it for all of them?</p>
          <div className="choices">
            <button type="button" className="danger" onClick={() => void undo()}>
              Undo all of it
            </button>
            <button type="button" onClick={() => setPlan(undefined)}>
              Leave it
            </button>
          </div>
        </div>
      )}
      {done !== undefined && (
        <div role="status" className="report">
          <p>{done.summary}</p>
          {done.left.length > 0 && (
            <ul>
              {done.left.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          )}
        </div>
      )}
    </div>
  )
}

const countItems = ({ reverted }: UndoReport): number => new Set(reverted.map(({ e }) => e)).size

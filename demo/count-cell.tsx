import { useEffect, useRef, useState } from 'react'
import { CountEditor } from './count-editor.tsx'
import { useShop } from './shop.ts'

interface Props {
  readonly sku: string
  readonly count: number | undefined
}

/** How many there are: sell one, receive one, or press the number to type another. */
export function CountCell({ sku, count }: Props) {
  const { stock, attempt } = useShop()
  const [isEditing, setEditing] = useState(false)
  const shown = useRef<HTMLButtonElement>(null)
  const returns = useRef(false)
  const close = (): void => {
    returns.current = true
    setEditing(false)
  }
  // The number is back in its place: whoever works by keyboard goes on from there.
  useEffect(() => {
    if (isEditing || !returns.current) return
    returns.current = false
    shown.current?.focus()
  }, [isEditing])
  if (isEditing) return <CountEditor sku={sku} count={count} onClose={close} />
  return (
    <div className="stepper">
      <button
        type="button"
        aria-label={`Sell one ${sku}`}
        aria-disabled={count === undefined || count === 0}
        onClick={() => void attempt(() => stock.sellOne(sku))}
      >
        −
      </button>
      <button
        ref={shown}
        type="button"
        className="count"
        data-none={count === 0}
        aria-label={`Count of ${sku}: ${count ?? 'not counted'}, change`}
        onClick={() => setEditing(true)}
      >
        {count ?? '–'}
      </button>
      <button type="button" aria-label={`Receive one ${sku}`} onClick={() => void attempt(() => stock.receiveOne(sku))}>
        +
      </button>
    </div>
  )
}

import { useStore } from 'annals/react'
import { useState } from 'react'
import { useShop } from './shop.ts'

/** Stands in for the table while there are no items: the items may still be on their way, or nobody has brought any. */
export function Welcome({ onAdd }: { readonly onAdd: () => void }) {
  const { conn, stock, attempt } = useShop()
  const { state } = useStore(conn.sync)
  const [isBusy, setBusy] = useState(false)
  const isComing = state === 'connecting' || state === 'catching-up'
  const load = async (story: boolean): Promise<void> => {
    if (isBusy) return
    setBusy(true)
    await attempt(() => stock.loadTutorial(story))
    setBusy(false)
  }
  return (
    <section className="welcome">
      <h2>The shop is empty</h2>
      <div className="in-turn">
        <p data-shown={isComing}>Asking the server what is in stock…</p>
        <p data-shown={!isComing}>
          Start with the tutorial’s 64 items, from red small shirts to yellow extra large hats, or with one of your own.
        </p>
      </div>
      <div className="choices">
        <button type="button" className="primary" aria-disabled={isBusy} onClick={() => void load(true)}>
          Load the tutorial’s shop
        </button>
        <button type="button" aria-disabled={isBusy} onClick={() => void load(false)}>
          Only its items, not counted yet
        </button>
        <button type="button" onClick={onAdd}>
          Add an item
        </button>
      </div>
      <p className="hint">The tutorial’s shop has a history already: a first count, and two corrections to it.</p>
    </section>
  )
}

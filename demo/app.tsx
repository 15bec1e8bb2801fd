import type { Connection } from 'annals'
import { useCallback, useMemo, useState } from 'react'
import { AddItemDialog } from './add-item-dialog.tsx'
import { Header } from './header.tsx'
import { Inventory } from './inventory.tsx'
import { ItemPanel } from './item-panel.tsx'
import { NoticeBar } from './notice-bar.tsx'
import { sentenceOf } from './sentence-of.ts'
import { dbName, userName } from './settings.ts'
import { type Notice, type Shop, ShopContext } from './shop.ts'
import { createStock } from './stock.ts'
import { SyncPanel } from './sync-panel.tsx'
import { TimeBar } from './time-bar.tsx'
import { useHasRoom } from './use-has-room.ts'

/** What stands beside the table. */
type Beside = { readonly kind: 'item'; readonly sku: string } | { readonly kind: 'sync' } | undefined

export function App({ conn }: { readonly conn: Connection }) {
  const [t, setT] = useState<number>()
  const [beside, setBeside] = useState<Beside>()
  const [isAdding, setAdding] = useState(false)
  const [notice, notify] = useState<Notice>()
  const isCovered = !useHasRoom() && beside !== undefined
  const closePanel = useCallback(() => setBeside(undefined), [])
  const openItem = useCallback((sku: string) => setBeside({ kind: 'item', sku }), [])

  const shop = useMemo((): Shop => {
    const attempt = async (doing: () => Promise<unknown>): Promise<boolean> => {
      try {
        await doing()
        return true
      } catch (error) {
        notify({ text: sentenceOf(error), tone: 'refused' })
        return false
      }
    }
    return { conn, stock: createStock(conn, userName), user: userName, notify, attempt }
  }, [conn])

  return (
    <ShopContext value={shop}>
      <div className="page" data-past={t !== undefined} data-panel={beside !== undefined}>
        <Header
          name={dbName}
          isCovered={isCovered}
          isSyncShown={beside?.kind === 'sync'}
          onSync={() => setBeside((now) => (now?.kind === 'sync' ? undefined : { kind: 'sync' }))}
        />
        <TimeBar t={t} isCovered={isCovered} onMove={setT} />
        <main inert={isCovered}>
          <Inventory
            t={t}
            shownSku={beside?.kind === 'item' ? beside.sku : undefined}
            onOpen={openItem}
            onAdd={() => setAdding(true)}
          />
        </main>
        {beside?.kind === 'item' && <ItemPanel key={beside.sku} sku={beside.sku} t={t} onClose={closePanel} />}
        {beside?.kind === 'sync' && <SyncPanel onClose={closePanel} />}
        {isAdding && <AddItemDialog onClose={() => setAdding(false)} />}
        <NoticeBar notice={notice} />
      </div>
    </ShopContext>
  )
}

import { useMemo, useState } from 'react'
import { countOf } from './count-of.ts'
import { FilterBar } from './filter-bar.tsx'
import { isFiltering, NO_FILTER, passes, type Sort, sorted } from './item-filter.ts'
import { ItemTable } from './item-table.tsx'
import { sentenceOf } from './sentence-of.ts'
import { useShop } from './shop.ts'
import { useItems } from './use-items.ts'
import { Welcome } from './welcome.tsx'

interface Props {
  /** The past that is shown; absent for now. */
  readonly t: number | undefined
  readonly shownSku: string | undefined
  readonly onOpen: (sku: string) => void
  readonly onAdd: () => void
}

/** The stock: what there is, searched and sorted. */
export function Inventory({ t, shownSku, onOpen, onAdd }: Props) {
  const items = useItems(useShop().conn, t)
  const [filter, setFilter] = useState(NO_FILTER)
  const [sort, setSort] = useState<Sort>({ key: 'sku', descending: false })
  const all = items.status === 'ready' ? items.data : undefined
  const shown = useMemo(
    () =>
      sorted(
        (all ?? []).filter((item) => passes(filter, item)),
        sort,
      ),
    [all, filter, sort],
  )

  if (items.status === 'error') return <p role="alert">{sentenceOf(items.error)}</p>
  if (all === undefined) return <p className="hint">Opening the inventory…</p>
  if (all.length === 0) {
    return t === undefined ? <Welcome onAdd={onAdd} /> : <p className="empty">There was nothing in the shop yet.</p>
  }
  const pieces = shown.reduce((sum, item) => sum + (item.count ?? 0), 0)
  return (
    <>
      <FilterBar filter={filter} onFilter={setFilter} />
      <div className="summary">
        <p role="status">
          {isFiltering(filter) ? `${shown.length} of ${countOf(all.length, 'item')}` : countOf(all.length, 'item')}
          {', '}
          {countOf(pieces, 'piece')}
        </p>
        {isFiltering(filter) && (
          <button type="button" className="link" onClick={() => setFilter(NO_FILTER)}>
            Show all
          </button>
        )}
        {t === undefined && (
          <button type="button" className="primary add" onClick={onAdd}>
            Add item
          </button>
        )}
      </div>
      {shown.length === 0 ? (
        <p className="empty">Nothing in the shop is like that.</p>
      ) : (
        <ItemTable
          items={shown}
          sort={sort}
          onSort={setSort}
          isPast={t !== undefined}
          shownSku={shownSku}
          onOpen={onOpen}
        />
      )}
    </>
  )
}

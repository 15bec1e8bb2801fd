import { useMemo } from 'react'
import { describeIntent } from './describe-intent.ts'
import type { Item } from './item.ts'
import type { Sort, SortKey } from './item-filter.ts'
import { ItemRow } from './item-row.tsx'
import { useShop } from './shop.ts'
import { useQueue } from './use-queue.ts'

interface Props {
  readonly items: readonly Item[]
  readonly sort: Sort
  readonly onSort: (sort: Sort) => void
  readonly isPast: boolean
  readonly shownSku: string | undefined
  readonly onOpen: (sku: string) => void
}

const COLUMNS: readonly (readonly [SortKey, string])[] = [
  ['sku', 'Item'],
  ['color', 'Colour'],
  ['size', 'Size'],
  ['type', 'Type'],
  ['count', 'Count'],
]

export function ItemTable({ items, sort, onSort, isPast, shownSku, onOpen }: Props) {
  const { pending } = useQueue(useShop().conn)
  const waiting = useMemo(() => new Set(pending.flatMap(({ intent }) => describeIntent(intent).skus)), [pending])
  return (
    <table className="items">
      <thead>
        <tr>
          {COLUMNS.map(([key, name]) => (
            <th
              key={key}
              scope="col"
              className={`of-${key}`}
              aria-sort={sort.key !== key ? 'none' : sort.descending ? 'descending' : 'ascending'}
            >
              <button type="button" onClick={() => onSort({ key, descending: sort.key === key && !sort.descending })}>
                {name}
              </button>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <ItemRow
            key={item.sku}
            item={item}
            isPast={isPast}
            isShown={item.sku === shownSku}
            isWaiting={!isPast && waiting.has(item.sku)}
            onOpen={onOpen}
          />
        ))}
      </tbody>
    </table>
  )
}

import { memo } from 'react'
import { CountCell } from './count-cell.tsx'
import { describeItem, type Item, wordOf } from './item.ts'
import { Swatch } from './swatch.tsx'

interface Props {
  readonly item: Item
  readonly isPast: boolean
  readonly isShown: boolean
  /** Whether something about it is not at the server yet. */
  readonly isWaiting: boolean
  readonly onOpen: (sku: string) => void
}

/** Drawn again only when its item changed: live queries keep the identity of what did not. */
export const ItemRow = memo(function ItemRow({ item, isPast, isShown, isWaiting, onOpen }: Props) {
  const { sku } = item
  return (
    <tr data-sku={sku} data-shown={isShown}>
      <th scope="row" className="of-sku">
        <button
          type="button"
          className="link"
          aria-label={`${sku}: history and details`}
          aria-expanded={isShown}
          onClick={() => onOpen(sku)}
        >
          {sku}
        </button>
        {isWaiting && (
          <span className="unsent" role="img" aria-label="Not at the server yet" title="Not at the server yet" />
        )}
        <span className="in-words">
          <Swatch color={wordOf(item.color)} />
          {describeItem(item)}
        </span>
      </th>
      <td className="of-color">
        <Swatch color={wordOf(item.color)} />
        {wordOf(item.color)}
      </td>
      <td className="of-size">{wordOf(item.size)}</td>
      <td className="of-type">{wordOf(item.type)}</td>
      <td className="of-count">
        {isPast ? <span className="count">{item.count ?? '–'}</span> : <CountCell sku={sku} count={item.count} />}
      </td>
    </tr>
  )
})

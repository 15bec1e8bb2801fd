import type { Change, FactChange } from './item-history.ts'
import { showTime } from './show-time.ts'
import { authorOf } from './transaction.ts'
import { UndoButton } from './undo-button.tsx'

interface Props {
  readonly change: Change
  readonly isPending: boolean
  readonly isPast: boolean
}

const LABELS: Readonly<Record<string, string>> = {
  'inv/sku': 'SKU',
  'inv/color': 'colour',
  'inv/size': 'size',
  'inv/type': 'type',
  'inv/count': 'count',
}

const Fact = ({ attribute, from, to }: FactChange) => (
  <li>
    <span className="attribute">{LABELS[attribute] ?? attribute}</span> {from !== undefined && <del>{from}</del>}
    {from !== undefined && to !== undefined && <span aria-hidden="true"> → </span>}
    {to !== undefined && <ins>{to}</ins>}
  </li>
)

/** One transaction in an item's history: who, when, why, what, and the way back. */
export function HistoryEntry({ change, isPending, isPast }: Props) {
  const { about, facts } = change
  return (
    <li className="change" data-id={about.id} data-pending={isPending}>
      <p className="change-head">
        <strong>{about.reason ?? (about.undoes === undefined ? 'changed' : 'undid an earlier change')}</strong>
        {isPending && <span className="tag">not sent yet</span>}
      </p>
      <p className="change-by">
        {authorOf(about) !== undefined && `${authorOf(about)}, `}
        <time dateTime={about.when.toISOString()}>{showTime(about.when)}</time>
      </p>
      <ul>
        {facts.map((fact) => (
          <Fact key={fact.attribute} {...fact} />
        ))}
      </ul>
      {!isPast && <UndoButton id={about.id} reason={about.reason} />}
    </li>
  )
}

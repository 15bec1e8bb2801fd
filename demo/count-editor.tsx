import { type KeyboardEvent, useId, useState } from 'react'
import { readCount } from './read-count.ts'
import { useShop } from './shop.ts'

interface Props {
  readonly sku: string
  readonly count: number | undefined
  readonly onClose: () => void
}

/** A field in place of a count: Enter saves, Escape leaves it as it was. */
export function CountEditor({ sku, count, onClose }: Props) {
  const { stock, attempt } = useShop()
  const [text, setText] = useState(String(count ?? ''))
  const [wrong, setWrong] = useState<string>()
  const message = useId()

  const save = async (): Promise<void> => {
    const typed = readCount(text)
    if (typeof typed === 'string') return setWrong(typed)
    if (typed === count || (await attempt(() => stock.setCount(sku, typed, 'counted')))) onClose()
  }
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') void save()
    else if (event.key === 'Escape') onClose()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div className="count-editor">
      <input
        value={text}
        inputMode="numeric"
        autoComplete="off"
        aria-label={`Count of ${sku}`}
        aria-invalid={wrong !== undefined}
        aria-describedby={wrong === undefined ? undefined : message}
        // biome-ignore lint/a11y/noAutofocus: the field takes the place of the number that was pressed
        autoFocus
        onFocus={(event) => event.target.select()}
        onChange={(event) => {
          setText(event.target.value)
          setWrong(undefined)
        }}
        onKeyDown={press}
        onBlur={() => {
          if (text === String(count ?? '')) onClose()
        }}
      />
      {wrong !== undefined && (
        <p id={message} className="wrong" role="alert">
          {wrong}
        </p>
      )}
    </div>
  )
}

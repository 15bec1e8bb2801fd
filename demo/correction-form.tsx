import { type FormEvent, useId, useState } from 'react'
import { readCount } from './read-count.ts'
import { useShop } from './shop.ts'

interface Props {
  readonly sku: string
  readonly count: number | undefined
}

/** Sets a count and says why. */
export function CorrectionForm({ sku, count }: Props) {
  const { stock, attempt } = useShop()
  const [text, setText] = useState('')
  const [reason, setReason] = useState('')
  const [wrong, setWrong] = useState<string>()
  const id = useId()

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const typed = readCount(text)
    if (typeof typed === 'string') return setWrong(typed)
    if (typed === count) return setWrong(`The count is ${typed} already.`)
    if (!(await attempt(() => stock.setCount(sku, typed, reason.trim() || 'counted')))) return
    setText('')
    setReason('')
  }
  return (
    <form className="correction" noValidate onSubmit={(event) => void submit(event)}>
      <label htmlFor={`${id}count`}>Count</label>
      <input
        id={`${id}count`}
        value={text}
        inputMode="numeric"
        autoComplete="off"
        placeholder={count === undefined ? '' : String(count)}
        aria-invalid={wrong !== undefined}
        aria-describedby={wrong === undefined ? undefined : `${id}wrong`}
        onChange={(event) => {
          setText(event.target.value)
          setWrong(undefined)
        }}
      />
      <label htmlFor={`${id}reason`}>Reason</label>
      <input
        id={`${id}reason`}
        value={reason}
        maxLength={200}
        placeholder="why?"
        onChange={(event) => setReason(event.target.value)}
      />
      <button type="submit">Save</button>
      {wrong !== undefined && (
        <p id={`${id}wrong`} className="wrong" role="alert">
          {wrong}
        </p>
      )}
    </form>
  )
}

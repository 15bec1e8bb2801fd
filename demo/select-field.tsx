import { useId } from 'react'
import { wordOf } from './item.ts'

interface Props {
  readonly label: string
  readonly values: readonly string[]
  readonly value: string
  readonly onValue: (value: string) => void
}

/** A choice between idents. */
export function SelectField({ label, values, value, onValue }: Props) {
  const id = useId()
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onValue(event.target.value)}>
        {values.map((ident) => (
          <option key={ident} value={ident}>
            {wordOf(ident)}
          </option>
        ))}
      </select>
    </>
  )
}

import { type FormEvent, useEffect, useId, useRef, useState } from 'react'
import { nextSku } from './next-sku.ts'
import { readCount } from './read-count.ts'
import { COLORS, SIZES, TYPES } from './schema.ts'
import { SelectField } from './select-field.tsx'
import { sentenceOf } from './sentence-of.ts'
import { useShop } from './shop.ts'

/** Asks for a new item. */
export function AddItemDialog({ onClose }: { readonly onClose: () => void }) {
  const { conn, stock, notify } = useShop()
  const dialog = useRef<HTMLDialogElement>(null)
  const [sku, setSku] = useState('')
  const [color, setColor] = useState<string>(COLORS[0])
  const [size, setSize] = useState<string>(SIZES[0])
  const [type, setType] = useState<string>(TYPES[0])
  const [count, setCount] = useState('')
  const [wrong, setWrong] = useState<string>()
  const id = useId()

  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  useEffect(() => {
    nextSku(conn.db()).then(
      (next) => setSku((typed) => typed || next),
      () => undefined, // a suggestion only
    )
  }, [conn])

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const counted = count.trim() === '' ? undefined : readCount(count)
    if (sku.trim() === '') return setWrong('Give the item a SKU, such as SKU-64.')
    if (typeof counted === 'string') return setWrong(counted)
    try {
      const { id: tx } = await stock.add({ sku: sku.trim(), color, size, type, count: counted })
      notify({ text: `${sku.trim()} is added.`, tone: 'done', undo: { id: tx, reason: 'new item' } })
      onClose()
    } catch (error) {
      setWrong(sentenceOf(error))
    }
  }
  return (
    <dialog
      ref={dialog}
      className="modal"
      aria-labelledby={`${id}title`}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <form noValidate onSubmit={(event) => void submit(event)}>
        <h2 id={`${id}title`}>Add an item</h2>
        <label htmlFor={`${id}sku`}>SKU</label>
        <input
          id={`${id}sku`}
          value={sku}
          maxLength={60}
          autoComplete="off"
          onChange={(event) => setSku(event.target.value)}
        />
        <SelectField label="Colour" values={COLORS} value={color} onValue={setColor} />
        <SelectField label="Size" values={SIZES} value={size} onValue={setSize} />
        <SelectField label="Type" values={TYPES} value={type} onValue={setType} />
        <label htmlFor={`${id}count`}>Count</label>
        <input
          id={`${id}count`}
          value={count}
          inputMode="numeric"
          autoComplete="off"
          placeholder="not counted"
          onChange={(event) => setCount(event.target.value)}
        />
        {wrong !== undefined && (
          <p className="wrong" role="alert">
            {wrong}
          </p>
        )}
        <div className="choices">
          <button type="submit" className="primary">
            Add
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  )
}

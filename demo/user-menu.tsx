import { type FormEvent, useId, useState } from 'react'
import { MAX_NAME, switchUser } from './settings.ts'
import { useShop } from './shop.ts'

/** Who works here; the name goes into every change. */
export function UserMenu() {
  const { user } = useShop()
  const [isOpen, setOpen] = useState(false)
  const [name, setName] = useState(user)
  const field = useId()
  const close = (): void => {
    setOpen(false)
    setName(user)
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const typed = name.trim()
    if (typed !== '' && typed !== user) switchUser(typed)
    else close()
  }
  if (!isOpen) {
    return (
      <button type="button" className="user" aria-label={`You are ${user}: change`} onClick={() => setOpen(true)}>
        {user}
      </button>
    )
  }
  return (
    <form
      className="user-form"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close()
      }}
    >
      <label htmlFor={field} className="hidden">
        Your name
      </label>
      <input
        id={field}
        value={name}
        maxLength={MAX_NAME}
        autoComplete="name"
        // biome-ignore lint/a11y/noAutofocus: the field takes the place of the button that was pressed
        autoFocus
        onChange={(event) => setName(event.target.value)}
        onFocus={(event) => event.target.select()}
      />
      <button type="submit" className="primary">
        Switch
      </button>
      <p className="hint">Each name keeps its own copy on this device.</p>
    </form>
  )
}

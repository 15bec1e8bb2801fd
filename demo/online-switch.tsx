import { useStore } from 'annals/react'
import { useShop } from './shop.ts'

/** Lets this browser talk to the server, or not; in all its tabs. Absent where there is none. */
export function OnlineSwitch() {
  const { conn } = useShop()
  const { state } = useStore(conn.sync)
  if (state === 'local') return null
  const isOn = state !== 'offline'
  return (
    <button
      type="button"
      role="switch"
      className="switch"
      aria-checked={isOn}
      onClick={() => conn.sync.setOnline(!isOn)}
    >
      <span className="track" aria-hidden="true" />
      Online
    </button>
  )
}

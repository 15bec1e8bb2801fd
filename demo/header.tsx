import { OnlineSwitch } from './online-switch.tsx'
import { SyncBadge } from './sync-badge.tsx'
import { UserMenu } from './user-menu.tsx'

interface Props {
  readonly name: string
  /** Whether a panel lies over it. */
  readonly isCovered: boolean
  readonly isSyncShown: boolean
  readonly onSync: () => void
}

export function Header({ name, isCovered, isSyncShown, onSync }: Props) {
  return (
    <header className="header" inert={isCovered}>
      <h1>
        Inventory
        {name !== 'inventory' && <span className="aside"> {name}</span>}
      </h1>
      <div className="header-tools">
        <SyncBadge isShown={isSyncShown} onShow={onSync} />
        <OnlineSwitch />
        <UserMenu />
      </div>
    </header>
  )
}

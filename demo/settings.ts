const params = new URLSearchParams(location.search)
const USER_KEY = 'inventory.user'

/** Another name may not be longer: it goes into every transaction. */
export const MAX_NAME = 40

/** The database: `?db=`. */
export const dbName = params.get('db') ?? 'inventory'
/** Where it is synced to; undefined with `?sync=off`. */
export const syncUrl = params.get('sync') === 'off' ? undefined : `/sync/${encodeURIComponent(dbName)}`
/** Whether the page lets tests at its connection: `?test`. */
export const isUnderTest = params.has('test')
/** Who works here: `?user=`, else the name given last in this browser. */
export const userName = (params.get('user') ?? localStorage.getItem(USER_KEY) ?? 'Guest').slice(0, MAX_NAME)

/** Opens the page anew as somebody else: each name has a copy of its own on this device. */
export function switchUser(name: string): void {
  localStorage.setItem(USER_KEY, name)
  const next = new URL(location.href)
  next.searchParams.delete('user')
  location.assign(next)
}

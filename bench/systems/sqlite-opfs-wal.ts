import { session } from './sqlite-opfs.ts'
import type { OpenOptions, Session } from './system.ts'

export { ready } from './sqlite-database.ts'

/** A write-ahead log that the operating system flushes when it likes: survives the end of the browser, not a power loss. */
export const open = (options: OpenOptions): Promise<Session> =>
  session(options, 'pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal')

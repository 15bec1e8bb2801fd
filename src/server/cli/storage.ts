import { memoryRemote } from '../../storage/memory-remote.ts'
import type { RemoteStorage } from '../../storage/port.ts'
import { sqlRemote } from '../../storage/sql/sql-remote.ts'

/** The storage that `--storage` names. */
export const storageAt = (where: string): RemoteStorage =>
  where === 'memory:' ? memoryRemote() : sqlRemote({ url: where })

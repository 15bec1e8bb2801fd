import type { ByteSource, RestoreReport } from '../api/backup.ts'
import { chunksOf } from '../base/byte-stream.ts'
import { FLAG } from '../base/check-options.ts'
import { isAnnalsError } from '../base/errors.ts'
import { alreadyConnected, isConnected } from './connect.ts'
import { type ConnectOptions, checkStored, openRequest, STORED_OPTIONS } from './connect-options.ts'
import { hostOf } from './hosts.ts'
import { forget } from './known-databases.ts'
import { visit } from './visit.ts'

/** Which of a browser's databases is meant. */
export interface StoredOptions extends Pick<ConnectOptions, 'user' | 'worker'> {}

const DESTROY_OPTIONS = { ...STORED_OPTIONS, discard: FLAG }

export interface DestroyOptions extends StoredOptions {
  /** Though something was never sent, or was refused by the remote. */
  readonly discard?: boolean
}

/**
 * Gives a database of this browser back from a backup (`conn.export()`, or `annals export` on a server): the same transactions
 * at the same `t`, with the same ids and hashes. A whole backup makes the database; an incremental one goes on where the one
 * before it ended. What the database has already is compared and left alone: a restore that broke off is simply made again.
 *
 * Rejects with `backup/malformed`, `backup/truncated`, `backup/corrupt` (with the `line` of the file) or `backup/newer-format`,
 * and nothing is left of a database that was not there before; with `backup/does-not-follow`, where the database has another
 * log or lacks what comes before; with `sync/is-replica`, where it follows a remote.
 */
export async function restore(name: string, source: ByteSource, options: StoredOptions = {}): Promise<RestoreReport> {
  checkStored('restore', name, options)
  return visit(hostOf(options.worker), async (link) => {
    const ticket = await link.call('restoreBegin', openRequest(name, options))
    try {
      for await (const bytes of chunksOf(source)) await link.call('restoreNext', ticket, bytes)
    } catch (error) {
      await link.call('restoreEnd', ticket, true).catch(() => undefined)
      throw error
    }
    return link.call('restoreEnd', ticket, false)
  })
}

/**
 * Removes a database of this browser, with all of its past. Other tabs that have it open find it gone (`storage/closed`). Rejects
 * with `client/already-connected` while this page has it open, with `client/unsynced` when transactions in it have not reached
 * the remote, unless `discard` is set, and with `storage/blocked` when a tab does not let go of it: it goes when they do.
 */
export async function destroy(name: string, options: DestroyOptions = {}): Promise<void> {
  checkStored('destroy', name, options, DESTROY_OPTIONS)
  const { user, worker, discard = false } = options
  if (isConnected(name, user)) throw alreadyConnected(name, user, ': close its connections first')
  const request = openRequest(name, options)
  try {
    await visit(hostOf(worker), (link) => link.call('destroy', request, discard))
  } catch (error) {
    if (isAnnalsError(error, 'storage/blocked') && error.data.doing === 'removing it') forget(request)
    throw error
  }
  forget(request)
}

import type { ByteSource, RestoreReport } from '../api/backup.ts'
import { chunksOf } from '../base/byte-stream.ts'
import { checkName, checkOptions } from '../base/check-options.ts'
import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import type { LocalStorage, LocalStore, LogRow } from '../storage/port.ts'
import { type Backup, readBackup } from './backup.ts'
import { createRuntime } from './create-runtime.ts'
import { LocalLedger } from './local-ledger.ts'
import { STORAGE } from './open-local.ts'

/** Bytes of the records that are stored in one step, unless a single one is larger. */
const STEP = 1024 * 1024

/**
 * Gives a database back from a backup: the same transactions at the same `t` with the same ids and hashes, all of them checked
 * before they are stored. A whole backup makes the database; an incremental one goes on where the one before it ended. What the
 * database has already is compared and left alone, so that a restore that broke off is simply made again.
 *
 * Rejects with `backup/malformed`, `backup/truncated`, `backup/corrupt` (the data of all three say at which `line`) or
 * `backup/newer-format`, or with what the source or the storage failed with, and nothing is left of a database that was not there
 * before; with `backup/does-not-follow` where the database has another log or lacks what comes before; with `sync/is-replica` where
 * it follows a remote; with `db/bad-option` without a name or a storage.
 */
export async function restore(
  name: string,
  source: ByteSource,
  options: { readonly storage: LocalStorage },
): Promise<RestoreReport> {
  checkName('restore', name)
  checkOptions('restore', { ...options, storage: options?.storage ?? null }, { storage: STORAGE })
  const { storage } = options
  const chunks = chunksOf(source)
  try {
    // before anything is opened, and so made: whoever picked another file has touched nothing
    return await restoreInto(storage, name, await readBackup(chunks))
  } finally {
    await chunks.return(undefined)
  }
}

async function restoreInto(storage: LocalStorage, name: string, backup: Backup): Promise<RestoreReport> {
  const { store, ledger } = await open(storage, name)
  const before = ledger.db.basisT
  let stored = before
  try {
    for await (const rows of stepsOf(backup, ledger)) {
      await adopt(ledger, rows)
      stored += rows.length
    }
    return { t: ledger.db.basisT, restored: ledger.db.basisT - before }
  } catch (e) {
    // half a database must not be taken for the whole; what somebody else has written meanwhile stays
    const isNew = before === 0 && !isAnnalsError(e, 'backup/does-not-follow')
    if (isNew && (await isAlone(store, stored))) await storage.destroy(name).catch(() => undefined)
    throw e
  } finally {
    await ledger.close().catch(() => undefined)
  }
}

async function open(storage: LocalStorage, name: string): Promise<{ store: LocalStore; ledger: LocalLedger }> {
  const store = await storage.open(name)
  try {
    return { store, ledger: await LocalLedger.open(store, createRuntime({})) }
  } catch (e) {
    await store.close()
    throw e
  }
}

/** Whether the store holds the log up to `t` and nothing else: no queue, and no replica whose queue was emptied. */
async function isAlone(store: LocalStore, t: number): Promise<boolean> {
  const state = await store.read().catch(() => undefined)
  return state?.heads.confirmed.t === t && state.heads.claim === 0 && state.heads.queue.seq === 0
}

/** The records that the log lacks, some at a time. Throws `backup/does-not-follow`. */
async function* stepsOf({ after, rows }: Backup, ledger: LocalLedger): AsyncGenerator<readonly LogRow[]> {
  await checkSame(ledger, after.t, after.hash)
  let step: LogRow[] = []
  let bytes = 0
  for await (const row of rows) {
    if (row.t <= ledger.db.basisT && step.length === 0) {
      await checkSame(ledger, row.t, row.hash)
      continue
    }
    if (step.length > 0 && bytes + row.body.length > STEP) {
      yield step
      step = []
      bytes = 0
    }
    step.push(row)
    bytes += row.body.length
  }
  if (step.length > 0) yield step
}

async function checkSame(ledger: LocalLedger, t: number, hash: string): Promise<void> {
  const here = ledger.db.basisT
  if (t === 0) return
  const [row] = t > here ? [] : await ledger.readLog(t, 1)
  if (row?.hash === hash) return
  throw doesNotFollow(here, t)
}

async function adopt(ledger: LocalLedger, rows: readonly LogRow[]): Promise<void> {
  const [{ t }] = rows as readonly [LogRow]
  try {
    if (await ledger.adopt(rows)) return
  } catch (cause) {
    if (!isAnnalsError(cause, 'storage/corrupt')) throw cause
    throw new AnnalsError('backup/corrupt', `the backup cannot be applied: ${cause.message}`, cause.data, { cause })
  }
  throw doesNotFollow(ledger.db.basisT, t - 1)
}

const doesNotFollow = (t: number, follows: number): AnnalsError =>
  new AnnalsError(
    'backup/does-not-follow',
    `the backup goes on from t ${follows} of a log that is not this database's, which stands at t ${t}: ` +
      'restore a whole backup under a new name, and incremental ones in their order',
    { t, follows },
  )
